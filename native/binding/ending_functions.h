// What the binding says about interpreters that have ended.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& ending_functions();

}  // namespace isolane

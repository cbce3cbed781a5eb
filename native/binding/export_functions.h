// Hands endpoints over to native code (include/isolane/isolane.h); only in Node's binding.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& export_functions();

}  // namespace isolane

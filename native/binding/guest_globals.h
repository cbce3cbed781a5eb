// What the guest's globals need of native code: properties made when they are first read, and
// random bytes.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& guest_global_functions();

}  // namespace isolane

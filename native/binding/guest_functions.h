// What only an interpreter's binding has: see `GuestBinding` in src/binding/binding.ts.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& guest_functions();

}  // namespace isolane

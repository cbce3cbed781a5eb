// Calls on the calling thread, under the lock of the interpreter that is called.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

// See `callSync` in src/binding/binding.ts.
const std::vector<NamedFunction>& call_sync_functions();

}  // namespace isolane

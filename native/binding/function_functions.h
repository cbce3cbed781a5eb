// Functions that travel: where one is from, and how it is compiled elsewhere as if it were there.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

// Of every binding: see `Binding` in src/binding/binding.ts.
const std::vector<NamedFunction>& function_functions();

// Of an interpreter's binding: see `GuestBinding`.
const std::vector<NamedFunction>& guest_function_functions();

}  // namespace isolane

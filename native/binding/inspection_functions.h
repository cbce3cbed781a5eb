// Looking into interpreters: memory, processor time, CPU profiles, heap snapshots.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

// See `Binding` in src/binding/binding.ts.
const std::vector<NamedFunction>& inspection_functions();

}  // namespace isolane

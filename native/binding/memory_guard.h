// What src/guest/chunks/memory-guard.ts needs, in interpreters with a memory limit.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& memory_guard_functions();

}  // namespace isolane

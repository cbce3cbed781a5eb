// What can be asked of the process's cache of compiled modules; only in Node's binding.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& code_cache_functions();

}  // namespace isolane

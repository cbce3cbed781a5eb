// What an interpreter's module loader needs: see `ModuleBinding` in src/binding/module-binding.ts.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

// Compiling, linking and running modules, and the process's cache of their code.
const std::vector<NamedFunction>& module_functions();

// Looking at and reading the files that modules are in. An interpreter to which modules are denied
// is refused.
const std::vector<NamedFunction>& module_file_functions();

}  // namespace isolane

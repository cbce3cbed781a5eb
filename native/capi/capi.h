// What include/isolane/isolane.h describes. Knows channels and the tags of values, and no engine.
#pragma once

#include "isolane/isolane.h"

namespace isolane {

// There for as long as the process.
const isolane_api& capi();

}  // namespace isolane

// Strings to and from bytes, for the guest's TextEncoder, TextDecoder and what resembles them.
#pragma once

#include <vector>

#include "control.h"

namespace isolane {

const std::vector<NamedFunction>& guest_text_functions();

}  // namespace isolane

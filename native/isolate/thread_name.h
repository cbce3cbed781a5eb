// The name by which the operating system's tools show a thread.
#pragma once

#include <cstdint>
#include <string>

namespace isolane {

// Names this thread after its interpreter: `name`, cut to what the system takes (15 bytes on Linux)
// without splitting a character, or `isolane:ID` for one without a name.
void name_this_thread(const std::string& name, uint64_t id);

}  // namespace isolane

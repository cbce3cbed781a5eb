// The text of a module as the engine gets it.
#pragma once

#include <v8.h>

#include <string>

namespace isolane {

// Of bytes that are UTF-8; a byte order mark is left out. Text of ASCII stays outside of the heap,
// as one copy for all interpreters that read the same.
v8::MaybeLocal<v8::String> source_text(v8::Isolate* isolate, std::string bytes);

}  // namespace isolane

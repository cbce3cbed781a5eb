// Values that nothing can change.
#pragma once

#include <v8.h>

#include "host_objects.h"

namespace isolane {

// Freezes a value that was just decoded and that no JavaScript code has yet, with everything in it.
// In place of what keeps its contents where freezing does not reach stand objects of ours: for
// buffers and views, Maps, Sets, Dates and RegExps. Empty with an exception pending when memory is
// out.
v8::MaybeLocal<v8::Value> freeze(HostObjects& host, v8::Local<v8::Value> value);

}  // namespace isolane

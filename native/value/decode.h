// From parcels to JavaScript values.
#pragma once

#include <v8.h>

#include "../core/parcel.h"
#include "host_objects.h"

namespace isolane {

// Takes the message out of `parcel`. Empty with an exception pending when that failed (no memory,
// or a class of the engine that this context has not).
v8::MaybeLocal<v8::Value> decode(HostObjects& host, Parcel&& parcel);

// A new object or view for a value that is shared; the memory of bytes and of long strings is that
// of the value.
v8::MaybeLocal<v8::Value> decode_shared(HostObjects& host, const SharedRef& value);

}  // namespace isolane

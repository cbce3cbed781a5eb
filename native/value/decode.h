// From parcels to JavaScript values.
#pragma once

#include <v8.h>

#include "../core/parcel.h"
#include "host_objects.h"
#include "tags.h"

namespace isolane {

// Takes the message out of `parcel`. Empty with an exception pending when that failed: the bytes
// are damaged (a RangeError with the code ERR_ISOLANE_DAMAGED_MESSAGE), the value is nested deeper
// than the stack is, or code of ours in JavaScript has thrown.
v8::MaybeLocal<v8::Value> decode(HostObjects& host, Parcel&& parcel);

// Whether code of the user's runs when it is decoded: it makes the instances of classes.
inline bool runs_code(const Parcel& parcel) {
  return parcel.tag() == kTagSerialized && parcel.meta() > 0;
}

// A value that is shared, frozen, made anew; the memory of its bytes, and of a long string, is one
// for all.
v8::MaybeLocal<v8::Value> decode_shared(HostObjects& host, const SharedRef& value);

}  // namespace isolane

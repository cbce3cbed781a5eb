// Reasons for closing, poisoning and ending: values that are read many times, so plain bytes.
#pragma once

#include <v8.h>

#include <string>

#include "../core/channel.h"
#include "../core/parcel.h"
#include "host_objects.h"

namespace isolane {

// Encodes `value`; what cannot be plain bytes (buffers that were moved, endpoints, functions)
// travels as its text. undefined is an empty reason. Never throws.
Reason encode_reason(HostObjects& host, v8::Local<v8::Value> value);
// A parcel that carries the reason's value; undefined for an empty reason.
Parcel reason_parcel(const Reason& reason);
// A message of our own; what is not ASCII becomes a question mark.
Reason text_reason(const std::string& ascii);
Parcel text_parcel(const std::string& ascii);

}  // namespace isolane

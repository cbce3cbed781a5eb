#pragma once

#include <cstddef>

#include "../core/parcel.h"
#include "isolane/isolane.h"

namespace isolane {

// What the `owner` of an isolane_value is: a parcel, and the UTF-8 of a string in it.
class Message {
 public:
  Message() = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message();

  static Message* of(const isolane_value& value) { return static_cast<Message*>(value.owner); }

  // Shows what the parcel holds in `value`, which owns this from then on.
  void show(isolane_value* value);

  Parcel parcel;

 private:
  // Empty if there is no memory for it.
  bool show_text(isolane_value* value);
  void show_bytes(isolane_value* value);

  // Of every string that has its place in a cell, with a zero at its end: Latin-1 takes twice the
  // bytes in UTF-8 at most, UTF-16 one and a half times.
  char short_text_[2 * Parcel::kInlineCapacity + 1];
  char* long_text_ = nullptr;
};

// Values that need no owner, read from a parcel; false if it is none of them.
bool show_simple(const Parcel& parcel, isolane_value* value);

// Makes a parcel of a value without an owner, by a copy.
isolane_status encode(const isolane_value& value, Parcel* parcel);
isolane_status encode_adopted(void* data, size_t length, int32_t view, isolane_free free,
                              void* hint, Parcel* parcel);
// UTF-8.
isolane_status encode_text(const char* data, size_t length, Parcel* parcel);

}  // namespace isolane

// A message that was encoded once and waits to be sent.
#pragma once

#include "../core/parcel.h"
#include "wrapped.h"

namespace isolane {

class PackedMessage final : public Wrapped {
 public:
  PackedMessage(Realm& realm, v8::Local<v8::Object> handle, Parcel&& message)
      : Wrapped(realm, handle), parcel(std::move(message)) {}

  void abandon() override { parcel.reset(); }

  Parcel parcel;  // empty once it was sent or taken out
};

}  // namespace isolane

// What the fuzzer in the addon tries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "../../binding/realm.h"
#include "parcels.h"

namespace isolane::fuzz {

// Decodes parcels, which must come to a value, or to the error for messages that are damaged. What
// it has decoded is encoded and decoded again. By its name:
//
//   messages  what V8's serializer writes, with attachments
//   shared    the same as a value that is shared, which is frozen
//   parcels   of any tag
//   records   what src/codec and src/schema write
class Target {
 public:
  Target(Realm& realm, Parcels& parcels, std::string name);

  void run(std::span<const uint8_t> input);

 private:
  void try_out(Parcel&& parcel);
  v8::MaybeLocal<v8::Value> decoded(Parcel&& parcel);
  void encode_again(v8::Local<v8::Value> value);
  // Lets the engine free what nobody has any more.
  void clean_up();

  Realm& realm_;
  Parcels& parcels_;
  const std::string name_;
  const Tag tag_;
  const bool shares_;
  size_t runs_ = 0;
};

}  // namespace isolane::fuzz

// What travels beside the bytes of a parcel.
#pragma once

#include <v8.h>

#include <memory>
#include <span>
#include <utility>

#include "../core/endpoint.h"
#include "../core/parcel.h"
#include "long_string.h"
#include "shared_value.h"
#include "views.h"

namespace isolane {

// Attachments are told apart by their place in the block, which the bytes name, and by `kind`,
// since there is no RTTI beside V8.
class ValueAttachment : public Attachment {
 public:
  enum class Kind : uint8_t {
    kEndpoint,
    kMovedBuffer,
    kSharedBuffer,
    kWasmModule,
    kOwned,
    kShared,
    kFixed,
    kCharacters
  };
  explicit ValueAttachment(Kind kind) : kind(kind) {}
  const Kind kind;
};

struct EndpointAttachment final : ValueAttachment {
  explicit EndpointAttachment(Endpoint&& e)
      : ValueAttachment(Kind::kEndpoint), endpoint(std::move(e)) {}
  Endpoint endpoint;
};

// The memory of an ArrayBuffer that was handed over, or of a SharedArrayBuffer.
struct BufferAttachment final : ValueAttachment {
  BufferAttachment(Kind kind, std::shared_ptr<v8::BackingStore> s)
      : ValueAttachment(kind),
        store(std::move(s)),
        weight_(kind == Kind::kMovedBuffer ? store->ByteLength() : 0) {}
  size_t weight() const override { return weight_; }
  std::span<uint8_t> bytes() const override {
    if (kind != Kind::kMovedBuffer || store == nullptr) return {};
    return {static_cast<uint8_t*>(store->Data()), store->ByteLength()};
  }

  std::shared_ptr<v8::BackingStore> store;

 private:
  const size_t weight_;  // the store may be gone, or shared and growing
};

struct WasmAttachment final : ValueAttachment {
  explicit WasmAttachment(v8::CompiledWasmModule m)
      : ValueAttachment(Kind::kWasmModule), module(std::move(m)) {}
  v8::CompiledWasmModule module;
};

// There is a box at this place, which has to be made before V8 reads what is in it.
struct OwnedAttachment final : ValueAttachment {
  OwnedAttachment() : ValueAttachment(Kind::kOwned) {}
};

// Bytes that are read in place.
struct FixedAttachment final : ValueAttachment {
  explicit FixedAttachment(FixedBytes b) : ValueAttachment(Kind::kFixed), fixed(std::move(b)) {}
  const FixedBytes fixed;
};

// The characters of a long string.
struct CharactersAttachment final : ValueAttachment {
  explicit CharactersAttachment(Characters c)
      : ValueAttachment(Kind::kCharacters), characters(std::move(c)) {}
  size_t weight() const override { return characters->size; }
  std::span<uint8_t> bytes() const override { return {characters->bytes, characters->size}; }
  const Characters characters;
};

struct SharedAttachment final : ValueAttachment {
  explicit SharedAttachment(SharedRef v) : ValueAttachment(Kind::kShared), value(std::move(v)) {}
  const SharedRef value;
};

}  // namespace isolane

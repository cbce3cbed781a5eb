// Parcels as bytes that a fuzzer can change:
//
//   tag       one byte, modulo the number of tags
//   meta      one byte
//   count     one byte, modulo kMostAttachments + 1
//   for each  kind and detail, one byte each, and a size, two bytes
//   the bytes of the parcel, all that follow
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "../../core/endpoint.h"
#include "../../core/parcel.h"
#include "../../value/attachments.h"
#include "../../value/shared_value.h"
#include "../../value/tags.h"

namespace isolane::fuzz {

constexpr size_t kMostAttachments = 8;
constexpr size_t kBeforeAttachments = 3;
constexpr size_t kOfAttachment = 4;

// What a parcel may hold; `kShared`: no attachment that decoding takes away, as in a SharedValue.
enum class Holds { kAnything, kShared };

class Parcels {
 public:
  // What attachments of WebAssembly are.
  Parcels(v8::Isolate* isolate, v8::CompiledWasmModule module,
          std::shared_ptr<v8::BackingStore> memory);

  // `tag`: whatever the bytes say, unless it is kTagEmpty. Empty for bytes that are to be left out.
  Parcel from_bytes(std::span<const uint8_t> bytes, Tag tag, Holds holds);

 private:
  std::unique_ptr<Attachment> attachment(uint8_t kind, uint8_t detail, uint16_t size, Holds holds);

  v8::Isolate* const isolate_;
  const v8::CompiledWasmModule module_;
  const std::shared_ptr<v8::BackingStore> memory_;
  const SharedRef shared_;
  Endpoint sender_;
  Endpoint receiver_;
};

// Of which from_bytes() makes the same, but for what is in attachments.
std::vector<uint8_t> bytes_of(const Parcel& parcel);

}  // namespace isolane::fuzz

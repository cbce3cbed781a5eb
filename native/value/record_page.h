// Where records lie between native code and the codec in JavaScript (src/codec).
#pragma once

#include <v8.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

#include "../core/parcel.h"

namespace isolane {

// A buffer that a realm's JavaScript reads and writes: the record that is to be sent, the one that
// was received, and then the number of bytes of that and its parcel's meta.
class RecordPage {
 public:
  static constexpr size_t kMost = 4096;  // bytes of a record
  static constexpr size_t kMostNumbers = kMost / sizeof(double);
  static constexpr size_t kReceived = kMost;
  static constexpr size_t kLength = 2 * kMost;
  static constexpr size_t kSize = kLength + 2 * sizeof(uint32_t);

  // To be called once.
  v8::Local<v8::ArrayBuffer> make(v8::Isolate* isolate) {
    v8::Local<v8::ArrayBuffer> made = v8::ArrayBuffer::New(isolate, kSize);
    store_ = made->GetBackingStore();
    return made;
  }

  const uint8_t* written() const { return bytes(); }

  // Or numbers, as many as fit: those that are to be sent, and those that were received. What is
  // asked for beyond is cut off.
  std::span<const uint64_t> numbers_to_send(size_t count) const {
    return {reinterpret_cast<const uint64_t*>(bytes()), std::min(count, kMostNumbers)};
  }
  std::span<uint64_t> received_numbers(size_t most) const {
    return {reinterpret_cast<uint64_t*>(bytes() + kReceived), std::min(most, kMostNumbers)};
  }

  // What is longer has not been sent by this codec, and is cut off.
  void receive(const Parcel& record) {
    const Block* block = record.block();
    const size_t length = block == nullptr ? record.inline_length() : block->size;
    const uint32_t head[] = {static_cast<uint32_t>(length < kMost ? length : kMost), record.meta()};
    const uint8_t* from = block == nullptr ? record.inline_bytes() : block->bytes;
    if (head[0] != 0) std::memcpy(bytes() + kReceived, from, head[0]);
    std::memcpy(bytes() + kLength, head, sizeof head);
  }

 private:
  uint8_t* bytes() const { return static_cast<uint8_t*>(store_->Data()); }

  std::shared_ptr<v8::BackingStore> store_;
};

}  // namespace isolane

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
  static constexpr size_t kReceived = kMost;
  static constexpr size_t kLength = 2 * kMost;
  static constexpr size_t kSize = kLength + 2 * sizeof(uint32_t);

  // To be called once.
  v8::Local<v8::ArrayBuffer> make(v8::Isolate* isolate) {
    v8::Local<v8::ArrayBuffer> made = v8::ArrayBuffer::New(isolate, kSize);
    store_ = made->GetBackingStore();
    bytes_ = static_cast<uint8_t*>(store_->Data());
    return made;
  }

  // All kMost bytes, of which the record is the first.
  const uint8_t* written() const { return bytes_; }

  // What is longer has not been sent by this codec, and is cut off.
  void receive(const Parcel& record) {
    size_t length;
    if (const Block* block = record.block()) {
      length = std::min(block->size, kMost);
      if (length != 0) std::memcpy(bytes_ + kReceived, block->bytes, length);
    } else {
      // As many as there could be: a few instructions, where a length that varies takes a call.
      length = record.inline_length();
      std::memcpy(bytes_ + kReceived, record.inline_bytes(), Parcel::kInlineCapacity);
    }
    const uint32_t head[] = {static_cast<uint32_t>(length), record.meta()};
    std::memcpy(bytes_ + kLength, head, sizeof head);
  }

 private:
  std::shared_ptr<v8::BackingStore> store_;
  uint8_t* bytes_ = nullptr;
};

// A buffer through which numbers go many at a time, in either direction. Most realms never need it.
class NumbersPage {
 public:
  static constexpr size_t kMost = 1024;

  v8::Local<v8::ArrayBuffer> make(v8::Isolate* isolate) {
    v8::Local<v8::ArrayBuffer> made = v8::ArrayBuffer::New(isolate, kMost * sizeof(double));
    store_ = made->GetBackingStore();
    return made;
  }

  // The bits of the first `count` numbers; what is asked for beyond the page is cut off.
  std::span<uint64_t> first(size_t count) const {
    if (store_ == nullptr) return {};
    return {static_cast<uint64_t*>(store_->Data()), std::min(count, kMost)};
  }

 private:
  std::shared_ptr<v8::BackingStore> store_;
};

}  // namespace isolane

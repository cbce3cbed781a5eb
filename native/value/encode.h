// From JavaScript values to parcels.
#pragma once

#include <v8.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "../core/parcel.h"
#include "host_objects.h"
#include "tags.h"

namespace isolane {

// What a message takes away from its sender. Nothing is taken before `commit`, so that a message
// which could not be sent leaves its sender as it was.
class Handover {
 public:
  void add(v8::Isolate* isolate, v8::Local<v8::ArrayBuffer> buffer) {
    buffers_.emplace_back(isolate, buffer);
  }
  void add(v8::Isolate* isolate, v8::Local<v8::Object> handle, Endpoint* endpoint) {
    handles_.emplace_back(isolate, handle);
    endpoints_.push_back(endpoint);
  }
  void add_box(v8::Isolate* isolate, v8::Local<v8::Object> box) {
    boxes_.emplace_back(isolate, box);
  }
  // False if one of the buffers has been detached since it was added, or a box emptied.
  bool intact(HostObjects& host) const;
  bool empty() const { return buffers_.empty() && endpoints_.empty() && boxes_.empty(); }
  bool has(v8::Local<v8::ArrayBuffer> buffer) const;
  bool has(const Endpoint* endpoint) const;
  // Detaches the buffers, closes the handles and empties the boxes that went with the message.
  void commit(HostObjects& host);

 private:
  // Global, since they are met inside V8's serializer, whose handles end with it.
  std::vector<v8::Global<v8::ArrayBuffer>> buffers_;
  std::vector<v8::Global<v8::Object>> handles_;  // keep what the endpoints belong to
  std::vector<Endpoint*> endpoints_;
  std::vector<v8::Global<v8::Object>> boxes_;
};

// Numbers, which take nothing from their sender and cannot fail. False for anything else.
inline bool encode_number(v8::Local<v8::Value> value, Parcel* parcel) {
  if (!value->IsNumber()) return false;
  parcel->set_word(kTagNumber, std::bit_cast<uint64_t>(value.As<v8::Number>()->Value()));
  return true;
}

// Encodes `value` into `parcel`. `transfer` names buffers and endpoints that are handed over with
// it; it may be empty. On failure an exception is pending and nothing has changed.
bool encode(HostObjects& host, v8::Local<v8::Value> value, v8::Local<v8::Value> transfer,
            Parcel* parcel, Handover* handover);

// Encodes a value that is to be shared; nothing and a pending exception if it cannot be. `buffers`:
// ArrayBuffers in it that no view shows.
SharedRef encode_shared(HostObjects& host, v8::Local<v8::Value> value,
                        v8::Local<v8::Array> buffers);

// Puts a record into `parcel`: the first `size` of `bytes`, which go on up to
// Parcel::kInlineCapacity at least. False, with an exception pending, if memory is out.
bool encode_record(HostObjects& host, const uint8_t* bytes, size_t size, uint32_t schema,
                   Parcel* parcel);

}  // namespace isolane

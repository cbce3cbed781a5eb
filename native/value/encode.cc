#include "encode.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "attachments.h"
#include "instances.h"
#include "long_string.h"
#include "tags.h"
#include "v8_compat.h"
#include "views.h"

namespace isolane {

using v8::Isolate;
using v8::Just;
using v8::Local;
using v8::Maybe;
using v8::Nothing;
using v8::Value;

bool Handover::has(Local<v8::ArrayBuffer> buffer) const {
  return std::any_of(buffers_.begin(), buffers_.end(),
                     [&](const v8::Global<v8::ArrayBuffer>& one) { return one == buffer; });
}

bool Handover::has(const Endpoint* endpoint) const {
  return std::find(endpoints_.begin(), endpoints_.end(), endpoint) != endpoints_.end();
}

bool Handover::intact(HostObjects& host) const {
  Isolate* isolate = host.isolate();
  v8::HandleScope scope(isolate);
  return std::none_of(buffers_.begin(), buffers_.end(),
                      [&](const auto& buffer) { return buffer.Get(isolate)->WasDetached(); }) &&
         std::none_of(boxes_.begin(), boxes_.end(), [&](const auto& box) {
           Local<Value> value;
           return host.unwrap_owned(box.Get(isolate), &value) && value.IsEmpty();
         });
}

void Handover::commit(HostObjects& host) {
  Isolate* isolate = host.isolate();
  v8::HandleScope scope(isolate);
  for (const v8::Global<v8::ArrayBuffer>& one : buffers_) {
    Local<v8::ArrayBuffer> buffer = one.Get(isolate);
    host.disown(buffer->Data(), buffer->ByteLength());
    // Cannot fail: the encoder has asked IsDetachable(), and there are no detach keys.
    (void)buffer->Detach(Local<Value>()).IsNothing();
  }
  for (Endpoint* endpoint : endpoints_) host.give_away(*endpoint);
  for (const v8::Global<v8::Object>& box : boxes_) host.fill_owned(box.Get(isolate), {});
}

namespace {

Local<v8::String> text(Isolate* isolate, const char* characters) {
  return v8::String::NewFromUtf8(isolate, characters).ToLocalChecked();
}

constexpr char kDetached[] = "a buffer that was handed over cannot be cloned";
constexpr char kOneOwner[] = "what has one owner cannot be shared";

bool refuse(HostObjects& host, Local<Value> value, const char* why) {
  host.throw_not_shareable(value, text(host.isolate(), why));
  return false;
}

bool throw_out_of_memory(HostObjects& host) {
  host.isolate()->ThrowException(v8::Exception::RangeError(
      text(host.isolate(), "there is no memory for a message of this size")));
  return false;
}

// Whether `buffer`, shown by `value`, can be handed over; throws if not.
bool check_movable(HostObjects& host, Local<Value> value, Local<v8::ArrayBuffer> buffer) {
  if (buffer->WasDetached()) {
    return refuse(host, value, "a buffer that was handed over before cannot be moved again");
  }
  if (!buffer->IsDetachable()) {
    return refuse(host, value, "a buffer of WebAssembly memory cannot be moved");
  }
  return true;
}

enum class Purpose { kMessage, kSharedValue };

// Takes the place of a value that has instances of classes that travel as themselves.
bool replace_instances(HostObjects& host, Local<Value>* value, Instances* instances) {
  Local<v8::Array> parts;
  if (!host.has_instances()) return true;
  return host.with_stand_ins(*value).ToLocal(&parts) && instances->read(host, parts, value);
}

// Encodes one value with V8's serializer, collecting what goes with it.
class Encoder final : public v8::ValueSerializer::Delegate {
 public:
  // `instances`: those in `root`, which has their stand-ins.
  Encoder(HostObjects& host, Local<Value> root, Handover* handover, Instances instances = {},
          Purpose purpose = Purpose::kMessage)
      : host_(host),
        isolate_(host.isolate()),
        root_(root),
        instances_(std::move(instances)),
        handover_(handover),
        purpose_(purpose),
        serializer_(isolate_, this) {
    serializer_.SetTreatArrayBufferViewsAsHostObjects(true);
  }

  // Registers what `transfer` lists as handed over.
  bool add_transfer(Local<v8::Array> transfer) {
    Local<v8::Context> context = isolate_->GetCurrentContext();
    for (uint32_t i = 0; i < transfer->Length(); i++) {
      Local<Value> item;
      if (!transfer->Get(context, i).ToLocal(&item)) return false;
      if (item->IsArrayBuffer()) {
        if (!add_buffer(item.As<v8::ArrayBuffer>())) return false;
      } else if (item->IsArrayBufferView()) {
        if (!add_buffer(item.As<v8::ArrayBufferView>()->Buffer())) return false;
      } else if (Endpoint* endpoint =
                     item->IsObject() ? host_.endpoint_of(item.As<v8::Object>()) : nullptr) {
        if (shares()) return refuse_one_owner();
        if (!handover_->has(endpoint)) {
          handover_->add(isolate_, item.As<v8::Object>(), endpoint);
        }
      } else {
        return refuse(host_, root_,
                      "what is to be handed over is neither a buffer nor an endpoint");
      }
    }
    return true;
  }

  // For values that are to be shared: the bytes of these buffers are one block for all.
  bool add_shared(Local<v8::Array> buffers) {
    Local<v8::Context> context = isolate_->GetCurrentContext();
    for (uint32_t i = 0; i < buffers->Length(); i++) {
      Local<Value> item;
      if (!buffers->Get(context, i).ToLocal(&item)) return false;
      Local<v8::ArrayBuffer> buffer = item.As<v8::ArrayBuffer>();
      if (handover_->has(buffer) || buffer->WasDetached()) continue;
      serializer_.TransferArrayBuffer(static_cast<uint32_t>(attachments_.size()), buffer);
      if (!add_copy(buffer->Data(), buffer->ByteLength(), kArrayBuffer)) return false;
    }
    return true;
  }

  bool run(Local<Value> value, Parcel* parcel) {
    serializer_.WriteHeader();
    for (uint32_t i = 0; i < instances_.count(); i++) {
      v8::HandleScope scope(isolate_);
      Local<Value> instance;
      if (!instances_.value_of(i, &instance) || !write_whole(instance)) return false;
      instances_.note_written();
    }
    if (!write_whole(value)) return false;
    // The value's getters may have handed the same buffer over in another message.
    if (!handover_->intact(host_)) return refuse(host_, root_, kDetached);
    auto [bytes, size] = serializer_.Release();
    if (attachments_.empty() && size <= Parcel::kInlineCapacity) {
      std::memcpy(parcel->set_inline(kTagSerialized, size, instances_.count()), bytes, size);
      std::free(bytes);
      return true;
    }
    std::unique_ptr<Block> block = Block::adopt(bytes, size);
    if (block == nullptr) return throw_out_of_memory(host_);
    block->attachments = std::move(attachments_);
    parcel->set_block(kTagSerialized, std::move(block), instances_.count());
    return true;
  }

 private:
  // With the contents of boxes, Maps and Sets that come after it.
  bool write_whole(Local<Value> value) {
    if (serializer_.WriteValue(isolate_->GetCurrentContext(), value).IsNothing()) return false;
    // By index: contents may have contents that come later, too.
    for (; written_later_ < later_.size(); written_later_++) {
      v8::HandleScope scope(isolate_);
      if (!write_contents(later_[written_later_].Get(isolate_))) return false;
    }
    return true;
  }

  bool add_buffer(Local<v8::ArrayBuffer> buffer) {
    if (handover_->has(buffer)) return true;
    if (!check_movable(host_, root_, buffer)) return false;
    serializer_.TransferArrayBuffer(static_cast<uint32_t>(attachments_.size()), buffer);
    if (shares()) {
      attachments_.push_back(std::make_unique<FixedAttachment>(fixed_bytes_of(buffer)));
    } else {
      attachments_.push_back(std::make_unique<BufferAttachment>(ValueAttachment::Kind::kMovedBuffer,
                                                                buffer->GetBackingStore()));
    }
    handover_->add(isolate_, buffer);
    return true;
  }

  bool shares() const { return purpose_ == Purpose::kSharedValue; }

  bool refuse_one_owner() {
    host_.throw_not_shareable(root_, text(isolate_, kOneOwner), true);
    return false;
  }

  bool add_copy(const void* data, size_t size, uint32_t kind) {
    FixedBytes bytes = copy_fixed(static_cast<const uint8_t*>(data), size, kind);
    if (bytes.owner == nullptr) return throw_out_of_memory(host_);
    attachments_.push_back(std::make_unique<FixedAttachment>(std::move(bytes)));
    return true;
  }

  // Followed by the index of the attachment that is added next.
  void write_attached(HostObjectKind kind) {
    serializer_.WriteUint32(kind);
    serializer_.WriteUint32(static_cast<uint32_t>(attachments_.size()));
  }

  void ThrowDataCloneError(Local<v8::String> message) override {
    host_.throw_not_shareable(root_, message);
  }

  Maybe<bool> WriteHostObject(Isolate*, Local<v8::Object> object) override {
    if (object->IsArrayBufferView()) return write_view(object.As<v8::ArrayBufferView>());
    if (Endpoint* endpoint = host_.endpoint_of(object)) return write_endpoint(endpoint);
    Local<Value> value;
    if (host_.unwrap_owned(object, &value)) return write_owned(object, value);
    if (const SharedRef* shared = host_.shared_of(object)) {
      write_attached(kHostShared);
      attachments_.push_back(std::make_unique<SharedAttachment>(*shared));
      return Just(true);
    }
    FixedBytes bytes;
    if (host_.unwrap_view(object, &bytes)) {
      write_attached(kHostFixed);
      attachments_.push_back(std::make_unique<FixedAttachment>(std::move(bytes)));
      return Just(true);
    }
    if (host_.unwrap_stand_in(object, &value)) return write_instance(object);
    if (host_.unwrap_frozen(object, &value)) return write_frozen(object, value);
    Local<v8::Array> transfer;
    if (host_.unwrap_moved(object, &value, &transfer)) {
      if (!add_transfer(transfer)) return Nothing<bool>();
      serializer_.WriteUint32(kHostMoved);
      return serializer_.WriteValue(isolate_->GetCurrentContext(), value);
    }
    refuse(host_, root_, "an object of native code cannot be cloned");
    return Nothing<bool>();
  }

  // Views of one buffer still share it on the other side, as in V8's own format. A Buffer of Node's
  // is part of a pool with other people's bytes: only its own travel.
  Maybe<bool> write_view(Local<v8::ArrayBufferView> view) {
    Local<v8::ArrayBuffer> buffer = view->Buffer();
    const size_t size = view->ByteLength();
    if (!buffer->IsSharedArrayBuffer() && buffer->WasDetached()) {
      refuse(host_, root_, kDetached);
      return Nothing<bool>();
    }
    if (shares() && !buffer->IsSharedArrayBuffer()) return write_fixed(view, buffer);
    if (size < buffer->ByteLength() && view->IsUint8Array() && !handover_->has(buffer) &&
        view->GetConstructorName()->StringEquals(text(isolate_, "Buffer"))) {
      serializer_.WriteUint32(kHostBytes);
      serializer_.WriteUint32(view_kind(view));
      serializer_.WriteUint64(size);
      serializer_.WriteRawBytes(static_cast<const uint8_t*>(buffer->Data()) + view->ByteOffset(),
                                size);
      return Just(true);
    }
    serializer_.WriteUint32(kHostView);
    serializer_.WriteUint32(view_kind(view));
    serializer_.WriteUint64(view->ByteOffset());
    serializer_.WriteUint64(size);
    return serializer_.WriteValue(isolate_->GetCurrentContext(), buffer);
  }

  Maybe<bool> write_owned(Local<v8::Object> box, Local<Value> value) {
    if (value.IsEmpty()) {
      refuse(host_, root_, "an owned value that was handed over cannot travel");
      return Nothing<bool>();
    }
    if (shares()) return refuse_one_owner(), Nothing<bool>();
    Local<Value> parts;
    if (!instances_.content_of(box, &value)) return Nothing<bool>();
    if (!host_.movable_parts(value).ToLocal(&parts)) return Nothing<bool>();
    if (!parts->IsArray()) {
      refuse(host_, root_, "a buffer in a box cannot be handed over");
      return Nothing<bool>();
    }
    if (!add_transfer(parts.As<v8::Array>())) return Nothing<bool>();
    handover_->add_box(isolate_, box);
    write_attached(kHostOwned);
    attachments_.push_back(std::make_unique<OwnedAttachment>());
    later_.emplace_back(isolate_, box);
    return Just(true);
  }

  // It has been written before, unless its class is not known here, or it is in what it is made of.
  Maybe<bool> write_instance(Local<v8::Object> stand_in) {
    uint32_t index = 0;
    if (!instances_.find(stand_in, &index)) {
      refuse(host_, root_, "an instance must not be part of what it travels as");
      return Nothing<bool>();
    }
    serializer_.WriteUint32(kHostInstance);
    serializer_.WriteUint32(index);
    return Just(true);
  }

  // Arrives as what it stands for.
  Maybe<bool> write_frozen(Local<v8::Object> object, Local<Value> value) {
    if (value->IsMap() || value->IsSet()) {
      serializer_.WriteUint32(value->IsMap() ? kHostMap : kHostSet);
      later_.emplace_back(isolate_, object);
      return Just(true);
    }
    serializer_.WriteUint32(kHostMoved);
    return serializer_.WriteValue(isolate_->GetCurrentContext(), value);
  }

  // Only what it shows: on the other side nobody can ask for its buffer.
  Maybe<bool> write_fixed(Local<v8::ArrayBufferView> view, Local<v8::ArrayBuffer> buffer) {
    write_attached(kHostFixed);
    if (handover_->has(buffer)) {
      attachments_.push_back(std::make_unique<FixedAttachment>(fixed_bytes_of(view)));
    } else if (!add_copy(static_cast<const uint8_t*>(buffer->Data()) + view->ByteOffset(),
                         view->ByteLength(), view_kind(view))) {
      return Nothing<bool>();
    }
    return Just(true);
  }

  // What is in a box, a Map or a Set comes after all else, since it may refer to that very box.
  bool write_contents(Local<v8::Object> object) {
    Local<Value> value;
    if (host_.unwrap_owned(object, &value)) {
      // Another message has taken it, sent by a getter.
      if (value.IsEmpty()) return refuse(host_, root_, kDetached);
      if (!instances_.content_of(object, &value)) return false;
    } else if (host_.unwrap_frozen(object, &value)) {
      value = value->IsMap() ? value.As<v8::Map>()->AsArray() : value.As<v8::Set>()->AsArray();
    }
    return serializer_.WriteValue(isolate_->GetCurrentContext(), value).FromMaybe(false);
  }

  Maybe<bool> write_endpoint(Endpoint* endpoint) {
    if (shares()) return refuse_one_owner(), Nothing<bool>();
    if (!endpoint->open()) {
      refuse(host_, root_, "an endpoint that was closed or moved cannot travel");
      return Nothing<bool>();
    }
    write_attached(kHostEndpoint);
    attachments_.push_back(std::make_unique<EndpointAttachment>(endpoint->clone()));
    host_.endpoint_cloned(*endpoint);
    return Just(true);
  }

  Maybe<uint32_t> GetSharedArrayBufferId(Isolate*, Local<v8::SharedArrayBuffer> buffer) override {
    std::shared_ptr<v8::BackingStore> store = buffer->GetBackingStore();
    for (size_t i = 0; i < attachments_.size(); i++) {
      auto* known = static_cast<ValueAttachment*>(attachments_[i].get());
      if (known->kind == ValueAttachment::Kind::kSharedBuffer &&
          static_cast<BufferAttachment*>(known)->store == store) {
        return Just(static_cast<uint32_t>(i));
      }
    }
    attachments_.push_back(
        std::make_unique<BufferAttachment>(ValueAttachment::Kind::kSharedBuffer, std::move(store)));
    return Just(static_cast<uint32_t>(attachments_.size() - 1));
  }

  Maybe<uint32_t> GetWasmModuleTransferId(Isolate*, Local<v8::WasmModuleObject> module) override {
    attachments_.push_back(std::make_unique<WasmAttachment>(module->GetCompiledModule()));
    return Just(static_cast<uint32_t>(attachments_.size() - 1));
  }

  HostObjects& host_;
  Isolate* isolate_;
  Local<Value> root_;
  Instances instances_;
  Handover* handover_;
  const Purpose purpose_;
  std::vector<std::unique_ptr<Attachment>> attachments_;
  // Boxes, Maps and Sets whose contents are still to be written.
  std::vector<v8::Global<v8::Object>> later_;
  size_t written_later_ = 0;  // so many of them have been
  v8::ValueSerializer serializer_;
};

// Room for `size` bytes, in the cell or in a block of their own; nullptr when memory is out.
uint8_t* make_room(Parcel* parcel, Tag tag, size_t size, uint32_t meta = 0) {
  if (size <= Parcel::kInlineCapacity) return parcel->set_inline(tag, size, meta);
  std::unique_ptr<Block> block = Block::allocate(size);
  if (block == nullptr) return nullptr;
  uint8_t* bytes = block->bytes;
  parcel->set_block(tag, std::move(block), meta);
  return bytes;
}

bool encode_long_string(HostObjects& host, Local<v8::String> string, Parcel* parcel) {
  Characters characters = host.long_strings().characters_of(string);
  std::unique_ptr<Block> block = characters == nullptr ? nullptr : Block::adopt(nullptr, 0);
  if (block == nullptr) return throw_out_of_memory(host);
  const bool one_byte = characters->size == static_cast<size_t>(string->Length());
  block->attachments.push_back(std::make_unique<CharactersAttachment>(std::move(characters)));
  parcel->set_block(one_byte ? kTagOneByte : kTagTwoByte, std::move(block));
  return true;
}

bool encode_string(HostObjects& host, Local<v8::String> string, Parcel* parcel) {
  const int length = string->Length();
  const size_t size = bytes_of(string);
  if (size >= kLongString) return encode_long_string(host, string, parcel);
  const bool one_byte = string->IsOneByte();
  uint8_t* out = make_room(parcel, one_byte ? kTagOneByte : kTagTwoByte, size);
  if (out == nullptr) return throw_out_of_memory(host);
  if (one_byte) {
    compat::write_one_byte(host.isolate(), string, out, length);
  } else {
    compat::write_two_byte(host.isolate(), string, reinterpret_cast<uint16_t*>(out), length);
  }
  return true;
}

// Copies only what the view shows, not the whole of its buffer.
bool encode_bytes(HostObjects& host, Local<Value> value, Parcel* parcel) {
  size_t size;
  if (value->IsArrayBuffer()) {
    Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    if (buffer->WasDetached()) return refuse(host, value, kDetached);
    size = buffer->ByteLength();
    uint8_t* out = make_room(parcel, kTagBytes, size, kArrayBuffer);
    if (out == nullptr) return throw_out_of_memory(host);
    if (size != 0) std::memcpy(out, buffer->Data(), size);
    return true;
  }
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  if (view->HasBuffer() && view->Buffer()->WasDetached()) return refuse(host, value, kDetached);
  size = view->ByteLength();
  uint8_t* out = make_room(parcel, kTagBytes, size, view_kind(value));
  if (out == nullptr) return throw_out_of_memory(host);
  if (view->HasBuffer()) {
    // Not CopyContents(), which copies nothing from a buffer that can be resized.
    const auto* bytes = static_cast<const uint8_t*>(view->Buffer()->Data());
    if (size != 0) std::memcpy(out, bytes + view->ByteOffset(), size);
  } else {
    view->CopyContents(out, size);
  }
  return true;
}

// A buffer or view alone in its message is handed over without V8's serializer.
bool encode_moved_bytes(HostObjects& host, Local<Value> value, Parcel* parcel, Handover* handover) {
  Local<v8::ArrayBuffer> buffer;
  MovedExtent extent{0, 0};
  uint32_t kind = kArrayBuffer;
  if (value->IsArrayBuffer()) {
    buffer = value.As<v8::ArrayBuffer>();
    extent.length = buffer->ByteLength();
  } else {
    Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
    buffer = view->Buffer();
    extent = {view->ByteOffset(), view->ByteLength()};
    kind = view_kind(value);
  }
  if (!check_movable(host, value, buffer)) return false;
  std::unique_ptr<Block> block = Block::allocate(sizeof extent);
  if (block == nullptr) return throw_out_of_memory(host);
  std::memcpy(block->bytes, &extent, sizeof extent);
  block->size = 0;  // so that the message weighs what its buffer does
  block->attachments.push_back(std::make_unique<BufferAttachment>(
      ValueAttachment::Kind::kMovedBuffer, buffer->GetBackingStore()));
  parcel->set_block(kTagMovedBytes, std::move(block), kind);
  handover->add(host.isolate(), buffer);
  return true;
}

bool encode_object(HostObjects& host, Local<Value> value, Local<Value> transfer, Parcel* parcel,
                   Handover* handover) {
  Instances instances;
  if (!replace_instances(host, &value, &instances)) return false;
  Local<Value> inner = value;
  Local<v8::Array> inner_transfer;
  bool moved = host.unwrap_moved(value.As<v8::Object>(), &inner, &inner_transfer);
  const bool has_transfer = !transfer.IsEmpty() && transfer->IsArray();

  const bool is_buffer = inner->IsArrayBuffer();
  const bool is_view = inner->IsArrayBufferView() &&
                       !inner.As<v8::ArrayBufferView>()->Buffer()->IsSharedArrayBuffer();
  if ((is_buffer || is_view) && !has_transfer) {
    return moved ? encode_moved_bytes(host, inner, parcel, handover)
                 : encode_bytes(host, inner, parcel);
  }
  Encoder encoder(host, value, handover, std::move(instances));
  if (moved && !encoder.add_transfer(inner_transfer)) return false;
  if (has_transfer && !encoder.add_transfer(transfer.As<v8::Array>())) return false;
  return encoder.run(inner, parcel);
}

}  // namespace

bool encode(HostObjects& host, Local<Value> value, Local<Value> transfer, Parcel* parcel,
            Handover* handover) {
  if (encode_number(value, parcel)) return true;
  if (value->IsString()) return encode_string(host, value.As<v8::String>(), parcel);
  if (value->IsObject()) return encode_object(host, value, transfer, parcel, handover);
  if (value->IsUndefined()) return parcel->set_word(kTagUndefined, 0), true;
  if (value->IsNull()) return parcel->set_word(kTagNull, 0), true;
  if (value->IsTrue()) return parcel->set_word(kTagTrue, 0), true;
  if (value->IsFalse()) return parcel->set_word(kTagFalse, 0), true;
  if (value->IsBigInt()) {
    bool lossless = false;
    const int64_t word = value.As<v8::BigInt>()->Int64Value(&lossless);
    if (lossless) return parcel->set_word(kTagBigInt, static_cast<uint64_t>(word)), true;
  }
  return Encoder(host, value, handover).run(value, parcel);
}

SharedRef encode_shared(HostObjects& host, Local<Value> value, Local<v8::Array> buffers) {
  Parcel parcel;
  Handover handover;
  if (!value->IsObject()) {
    if (!encode(host, value, {}, &parcel, &handover)) return nullptr;
  } else {
    Instances instances;
    if (!replace_instances(host, &value, &instances)) return nullptr;
    Local<Value> inner = value;
    Local<v8::Array> transfer;
    const bool moved = host.unwrap_moved(value.As<v8::Object>(), &inner, &transfer);
    Encoder encoder(host, value, &handover, std::move(instances), Purpose::kSharedValue);
    if ((moved && !encoder.add_transfer(transfer)) || !encoder.add_shared(buffers) ||
        !encoder.run(inner, &parcel)) {
      return nullptr;
    }
  }
  handover.commit(host);
  size_t size = parcel.weight();
  if (parcel.is_block()) {
    for (const auto& each : parcel.block()->attachments) {
      auto* attached = static_cast<const ValueAttachment*>(each.get());
      if (attached->kind == ValueAttachment::Kind::kFixed) {
        size += static_cast<const FixedAttachment*>(attached)->fixed.size;
      }
    }
  }
  return std::make_shared<const SharedValue>(std::move(parcel), size);
}

bool encode_record(HostObjects& host, const uint8_t* bytes, size_t size, uint32_t schema,
                   Parcel* parcel) {
  if (size <= Parcel::kInlineCapacity) {
    // All that could be there: a few instructions, where a length that varies takes a call.
    std::memcpy(parcel->set_inline(kTagRecord, size, schema), bytes, Parcel::kInlineCapacity);
    return true;
  }
  uint8_t* out = make_room(parcel, kTagRecord, size, schema);
  if (out == nullptr) return throw_out_of_memory(host);
  std::memcpy(out, bytes, size);
  return true;
}

}  // namespace isolane

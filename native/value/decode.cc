#include "decode.h"

#include <bit>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "attachments.h"
#include "foreign_bytes.h"
#include "freeze.h"
#include "long_string.h"
#include "tags.h"
#include "termination.h"
#include "v8_compat.h"
#include "views.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;
using v8::Value;

namespace {

Local<v8::String> text(Isolate* isolate, const char* characters) {
  return v8::String::NewFromUtf8(isolate, characters).ToLocalChecked();
}

// Throws what the codec in JavaScript does (src/codec/reader.ts). `cause`: what the engine says.
MaybeLocal<Value> throw_damaged(Isolate* isolate, Local<Value> cause = {}) {
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> error =
      v8::Exception::RangeError(text(isolate, "The bytes of a message are damaged."))
          .As<v8::Object>();
  // Nothing can be defined while code is being terminated.
  if (error
          ->CreateDataProperty(context, text(isolate, "code"),
                               text(isolate, "ERR_ISOLANE_DAMAGED_MESSAGE"))
          .IsNothing() ||
      (!cause.IsEmpty() &&
       error->DefineOwnProperty(context, text(isolate, "cause"), cause, v8::DontEnum)
           .IsNothing())) {
    return {};
  }
  isolate->ThrowException(error);
  return {};
}

// A view may lie outside of its buffer, if that was made smaller after.
bool fits(uint64_t offset, uint64_t size, size_t whole) {
  return offset <= whole && size <= whole - offset;
}

// The bytes of a block become the memory of the buffer: the receiver copies nothing.
Local<v8::ArrayBuffer> adopt(Isolate* isolate, Block& block) {
  const size_t size = block.size;
  std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      block.release(), size, [](void* bytes, size_t, void*) { std::free(bytes); }, nullptr);
  return v8::ArrayBuffer::New(isolate, std::move(store));
}

Local<v8::ArrayBuffer> copy_of(Isolate* isolate, const uint8_t* bytes, size_t size) {
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size != 0) std::memcpy(buffer->Data(), bytes, size);
  return buffer;
}

// `Buffer`: v8::ArrayBuffer or v8::SharedArrayBuffer. The part lies in it.
template <class Buffer>
MaybeLocal<Value> checked_view(Isolate* isolate, Local<Buffer> buffer, uint32_t kind, size_t offset,
                               size_t size) {
  if (!can_view(kind, offset, size)) return throw_damaged(isolate);
  return make_view(buffer, kind, offset, size);
}

MaybeLocal<Value> decode_bytes(Isolate* isolate, Parcel& parcel) {
  Local<v8::ArrayBuffer> buffer;
  if (parcel.is_block()) {
    buffer = adopt(isolate, *parcel.block());
  } else {
    buffer = copy_of(isolate, parcel.inline_bytes(), parcel.inline_length());
  }
  return checked_view(isolate, buffer, parcel.meta(), 0, buffer->ByteLength());
}

MaybeLocal<Value> decode_moved_bytes(Isolate* isolate, Parcel& parcel) {
  Block& block = *parcel.block();
  MovedExtent extent;
  std::memcpy(&extent, block.bytes, sizeof extent);
  auto* attached = static_cast<BufferAttachment*>(block.attachments[0].get());
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, std::move(attached->store));
  if (!fits(extent.offset, extent.length, buffer->ByteLength())) extent = {0, 0};
  return checked_view(isolate, buffer, parcel.meta(), extent.offset, extent.length);
}

// The memory goes back to where it is from when the buffer is collected.
MaybeLocal<Value> decode_foreign_bytes(Isolate* isolate, Parcel& parcel) {
  Block& block = *parcel.block();
  auto* foreign = static_cast<ForeignBytes*>(block.attachments[0].release());
  std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      foreign->data, foreign->size,
      [](void*, size_t, void* owner) { delete static_cast<ForeignBytes*>(owner); }, foreign);
  const size_t size = foreign->size;
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, std::move(store));
  return checked_view(isolate, buffer, parcel.meta(), 0, size);
}

// The characters of a long string; nothing if it is a short one.
Characters characters_of(const Parcel& parcel) {
  const Block* const block = parcel.block();
  if (block == nullptr || block->attachments.empty()) return nullptr;
  return static_cast<CharactersAttachment*>(block->attachments[0].get())->characters;
}

// The same, taken out of the message. Texts that native code has sent are blocks of their own.
Characters take_characters(Parcel& parcel) {
  Characters characters = characters_of(parcel);
  if (characters == nullptr && parcel.weight() >= kLongString) characters = parcel.take_block();
  return characters;
}

MaybeLocal<Value> long_string(HostObjects& host, const Characters& characters, uint8_t tag,
                              bool counts) {
  Local<v8::String> string;
  if (!host.long_strings().make(characters, tag == kTagOneByte, counts).ToLocal(&string)) {
    return throw_damaged(host.isolate());  // longer than a string can be
  }
  return string;
}

MaybeLocal<Value> short_string(Isolate* isolate, const Parcel& parcel) {
  const uint8_t* bytes = parcel.is_block() ? parcel.block()->bytes : parcel.inline_bytes();
  const size_t size = parcel.weight();
  MaybeLocal<v8::String> string;
  if (parcel.tag() == kTagOneByte) {
    string = v8::String::NewFromOneByte(isolate, bytes, v8::NewStringType::kNormal,
                                        static_cast<int>(size));
  } else {
    string = v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(bytes),
                                        v8::NewStringType::kNormal, static_cast<int>(size / 2));
  }
  Local<v8::String> result;
  if (!string.ToLocal(&result)) return throw_damaged(isolate);  // longer than a string can be
  return result;
}

MaybeLocal<Value> decode_string(HostObjects& host, Parcel& parcel) {
  const uint8_t tag = parcel.tag();
  if (const Characters characters = take_characters(parcel)) {
    return long_string(host, characters, tag, true);
  }
  return short_string(host.isolate(), parcel);
}

// A Shared counts itself what it keeps.
MaybeLocal<Value> decode_shared_string(HostObjects& host, const Parcel& parcel) {
  if (const Characters characters = characters_of(parcel)) {
    return long_string(host, characters, parcel.tag(), false);
  }
  return short_string(host.isolate(), parcel);
}

// Whether the value is nested deeper than the stack of this thread is, for which its bytes are not
// to blame.
bool is_stack_overflow(Isolate* isolate, Local<Value> error) {
  Local<v8::String> said;
  return !error.IsEmpty() && error->IsNativeError() &&
         error->ToDetailString(isolate->GetCurrentContext()).ToLocal(&said) &&
         said->StringEquals(text(isolate, "RangeError: Maximum call stack size exceeded"));
}

// Decodes one value with V8's deserializer. The bytes come from our own encoder in this process,
// but nothing here relies on that.
class Decoder final : public v8::ValueDeserializer::Delegate {
 public:
  // `freezer`: freezes the value.
  Decoder(HostObjects& host, const Parcel& parcel, Freezer* freezer = nullptr)
      : host_(host),
        block_(parcel.block()),
        size_(block_ == nullptr ? parcel.inline_length() : block_->size),
        instance_count_(parcel.meta()),
        freezer_(freezer),
        deserializer_(host.isolate(), block_ == nullptr ? parcel.inline_bytes() : block_->bytes,
                      size_, this) {}

  MaybeLocal<Value> run() {
    if (!open_attachments()) return {};
    Local<Value> value;
    for (uint32_t i = 0; i < instance_count_; i++) {
      if (!read_part().ToLocal(&value) || !make_instance(value)) return {};
    }
    if (!read_part().ToLocal(&value)) return {};
    if (freezer_ != nullptr && !freezer_->run(value).ToLocal(&value)) return {};
    if (!unknown_.IsEmpty()) return host_.throw_unknown_class(value, unknown_), MaybeLocal<Value>();
    return value;
  }

 private:
  // A part of the message, in which no JavaScript runs. What the engine throws then depends on
  // where the bytes are damaged.
  MaybeLocal<Value> read_part() {
    Isolate* isolate = host_.isolate();
    Local<v8::Context> context = isolate->GetCurrentContext();
    v8::TryCatch caught(isolate);
    Local<Value> value;
    has_header_ = has_header_ || deserializer_.ReadHeader(context).FromMaybe(false);
    if (has_header_ && read_whole(context).ToLocal(&value)) return value;
    if (caught.HasTerminated() || isolate->IsExecutionTerminating()) return {};
    const Local<Value> error = caught.Exception();
    if (!is_stack_overflow(isolate, error)) throw_damaged(isolate, error);
    pass_on(caught);
    return {};
  }

  // With the contents of boxes, Maps and Sets that come after it. Empty without an exception, or
  // with one of the engine's, if the bytes are damaged.
  MaybeLocal<Value> read_whole(Local<v8::Context> context) {
    Local<Value> value;
    if (!deserializer_.ReadValue(context).ToLocal(&value)) return {};
    for (; read_later_ < later_.size(); read_later_++) {
      v8::HandleScope scope(host_.isolate());
      if (!read_contents(context, later_[read_later_].Get(host_.isolate()))) return {};
    }
    return value;
  }

  // Between the parts of the message, where JavaScript may run. What an instance of a shared value
  // is made of is frozen before anybody has it.
  bool make_instance(Local<Value> value) {
    if (freezer_ != nullptr && !freezer_->run(value).ToLocal(&value)) return false;
    Local<Value> made;
    if (!host_.make_instance(value).ToLocal(&made)) return false;
    if (!made->IsObject()) return throw_damaged(host_.isolate()), false;
    if (made == value) {
      if (unknown_.IsEmpty()) unknown_ = value;
    } else if (freezer_ != nullptr && !freezer_->leave(made.As<v8::Object>())) {
      return false;
    }
    instances_.push_back(made.As<v8::Object>());
    return true;
  }

  // What must be there before V8 reads: buffers, and objects of ours, since no JavaScript may run,
  // and so no constructor, while it does.
  bool open_attachments() {
    if (block_ == nullptr) return true;
    made_.resize(block_->attachments.size());
    for (size_t i = 0; i < block_->attachments.size(); i++) {
      ValueAttachment* attached = at(i);
      if (attached->kind == ValueAttachment::Kind::kMovedBuffer) {
        deserializer_.TransferArrayBuffer(
            static_cast<uint32_t>(i),
            v8::ArrayBuffer::New(host_.isolate(),
                                 std::move(static_cast<BufferAttachment*>(attached)->store)));
      } else if (attached->kind == ValueAttachment::Kind::kEndpoint) {
        Endpoint& endpoint = static_cast<EndpointAttachment*>(attached)->endpoint;
        if (!host_.make_endpoint(std::move(endpoint)).ToLocal(&made_[i])) return false;
      } else if (attached->kind == ValueAttachment::Kind::kShared) {
        const SharedRef& value = static_cast<SharedAttachment*>(attached)->value;
        if (!host_.make_shared(value).ToLocal(&made_[i])) return false;
      } else if (attached->kind == ValueAttachment::Kind::kOwned) {
        if (!host_.make_owned().ToLocal(&made_[i])) return false;
      } else if (attached->kind == ValueAttachment::Kind::kFixed) {
        if (!open_fixed_bytes(i, static_cast<FixedAttachment*>(attached)->fixed)) return false;
      }
    }
    return true;
  }

  // A buffer that the value has itself is replaced where the value is frozen.
  bool open_fixed_bytes(size_t index, const FixedBytes& bytes) {
    if (!can_view(bytes.kind, 0, bytes.size)) return throw_damaged(host_.isolate()), false;
    if (bytes.kind == kArrayBuffer) {
      deserializer_.TransferArrayBuffer(static_cast<uint32_t>(index),
                                        open_fixed_buffer(host_.isolate(), bytes));
      return true;
    }
    Local<Value> view;
    if (!host_.make_view(bytes).ToLocal(&view)) return false;
    made_[index] = view.As<v8::Object>();
    return true;
  }

  bool read_contents(Local<v8::Context> context, Local<v8::Object> object) {
    Local<Value> value;
    if (!deserializer_.ReadValue(context).ToLocal(&value)) return false;
    if (!object->IsMap() && !object->IsSet()) {
      host_.fill_owned(object, value);
      return true;
    }
    if (!value->IsArray()) return false;
    Local<v8::Array> parts = value.As<v8::Array>();
    // Each has a byte at least; one that is all holes says that it is of any length.
    if (parts->Length() > size_) return false;
    const uint32_t step = object->IsMap() ? 2 : 1;
    for (uint32_t i = 0; i + step <= parts->Length(); i += step) {
      Local<Value> part;
      if (!parts->Get(context, i).ToLocal(&part)) return false;
      if (object->IsMap()) {
        Local<Value> second;
        if (!parts->Get(context, i + 1).ToLocal(&second) ||
            object.As<v8::Map>()->Set(context, part, second).IsEmpty()) {
          return false;
        }
      } else if (object.As<v8::Set>()->Add(context, part).IsEmpty()) {
        return false;
      }
    }
    return true;
  }

  ValueAttachment* at(size_t index) {
    return static_cast<ValueAttachment*>(block_->attachments[index].get());
  }

  ValueAttachment* find(uint32_t index, ValueAttachment::Kind kind) {
    if (block_ == nullptr || index >= block_->attachments.size()) return nullptr;
    ValueAttachment* found = at(index);
    return found->kind == kind ? found : nullptr;
  }

  // In what V8 calls, an empty result says that the bytes are damaged.

  MaybeLocal<v8::Object> ReadHostObject(Isolate* isolate) override {
    uint32_t kind = 0;
    uint32_t index = 0;
    if (!deserializer_.ReadUint32(&kind)) return {};
    if (kind == kHostMoved) {
      Local<Value> value;
      if (!deserializer_.ReadValue(isolate->GetCurrentContext()).ToLocal(&value)) return {};
      if (value->IsObject()) return value.As<v8::Object>();
    } else if (kind == kHostEndpoint && deserializer_.ReadUint32(&index)) {
      if (find(index, ValueAttachment::Kind::kEndpoint) != nullptr) return made_[index];
    } else if (kind == kHostShared && deserializer_.ReadUint32(&index)) {
      if (find(index, ValueAttachment::Kind::kShared) != nullptr) return made_[index];
    } else if (kind == kHostFixed && deserializer_.ReadUint32(&index)) {
      if (find(index, ValueAttachment::Kind::kFixed) != nullptr) return made_[index];
    } else if (kind == kHostOwned && deserializer_.ReadUint32(&index)) {
      if (find(index, ValueAttachment::Kind::kOwned) != nullptr) return fill_later(made_[index]);
    } else if (kind == kHostInstance && deserializer_.ReadUint32(&index)) {
      if (index < instances_.size()) return instances_[index];
    } else if (kind == kHostMap) {
      return fill_later(v8::Map::New(isolate));
    } else if (kind == kHostSet) {
      return fill_later(v8::Set::New(isolate));
    }
    Local<Value> view;
    if (kind == kHostView && read_view().ToLocal(&view)) return view.As<v8::Object>();
    if (kind == kHostBytes && read_bytes().ToLocal(&view)) return view.As<v8::Object>();
    return {};
  }

  Local<v8::Object> fill_later(Local<v8::Object> object) {
    later_.emplace_back(host_.isolate(), object);
    return object;
  }

  MaybeLocal<Value> read_view() {
    uint32_t kind = 0;
    uint64_t offset = 0;
    uint64_t size = 0;
    Local<Value> buffer;
    if (!deserializer_.ReadUint32(&kind) || !deserializer_.ReadUint64(&offset) ||
        !deserializer_.ReadUint64(&size) ||
        !deserializer_.ReadValue(host_.isolate()->GetCurrentContext()).ToLocal(&buffer)) {
      return {};
    }
    if (buffer->IsArrayBuffer()) return view_of(buffer.As<v8::ArrayBuffer>(), kind, offset, size);
    if (!buffer->IsSharedArrayBuffer()) return {};
    return view_of(buffer.As<v8::SharedArrayBuffer>(), kind, offset, size);
  }

  template <class Buffer>
  MaybeLocal<Value> view_of(Local<Buffer> buffer, uint32_t kind, uint64_t offset, uint64_t size) {
    if (!fits(offset, size, buffer->ByteLength())) return {};
    return checked_view(host_.isolate(), buffer, kind, offset, size);
  }

  MaybeLocal<Value> read_bytes() {
    uint32_t kind = 0;
    uint64_t size = 0;
    const void* bytes = nullptr;
    if (!deserializer_.ReadUint32(&kind) || !deserializer_.ReadUint64(&size) ||
        !deserializer_.ReadRawBytes(size, &bytes)) {
      return {};
    }
    Isolate* isolate = host_.isolate();
    return checked_view(isolate, copy_of(isolate, static_cast<const uint8_t*>(bytes), size), kind,
                        0, size);
  }

  MaybeLocal<v8::SharedArrayBuffer> GetSharedArrayBufferFromId(Isolate* isolate,
                                                               uint32_t id) override {
    auto* found = find(id, ValueAttachment::Kind::kSharedBuffer);
    if (found == nullptr) return {};
    return v8::SharedArrayBuffer::New(isolate, static_cast<BufferAttachment*>(found)->store);
  }

  MaybeLocal<v8::WasmModuleObject> GetWasmModuleFromId(Isolate* isolate, uint32_t id) override {
    auto* found = find(id, ValueAttachment::Kind::kWasmModule);
    if (found == nullptr) return {};
    return v8::WasmModuleObject::FromCompiledModule(isolate,
                                                    static_cast<WasmAttachment*>(found)->module);
  }

  HostObjects& host_;
  Block* const block_;
  const size_t size_;                    // of the bytes
  std::vector<Local<v8::Object>> made_;  // by the index of their attachment
  // Boxes, Maps and Sets whose contents come later. Global, since V8's own scopes end before that.
  std::vector<v8::Global<v8::Object>> later_;
  size_t read_later_ = 0;  // so many of them have been
  bool has_header_ = false;
  const uint32_t instance_count_;
  std::vector<Local<v8::Object>> instances_;
  Local<Value> unknown_;  // the first whose class is not known here
  Freezer* const freezer_;
  v8::ValueDeserializer deserializer_;
};

}  // namespace

MaybeLocal<Value> decode_shared(HostObjects& host, const SharedRef& value) {
  const Parcel& parcel = value->parcel();
  switch (parcel.tag()) {
    case kTagOneByte:
    case kTagTwoByte:
      return decode_shared_string(host, parcel);
    case kTagSerialized: {
      Freezer freezer(host);
      return Decoder(host, parcel, &freezer).run();
    }
    default: {
      Parcel word;
      word.set_word(parcel.tag(), parcel.word());
      return decode(host, std::move(word));
    }
  }
}

MaybeLocal<Value> decode(HostObjects& host, Parcel&& message) {
  Isolate* isolate = host.isolate();
  Parcel parcel = std::move(message);
  switch (parcel.tag()) {
    case kTagNumber:
      return v8::Number::New(isolate, std::bit_cast<double>(parcel.word()));
    case kTagOneByte:
    case kTagTwoByte:
      return decode_string(host, parcel);
    case kTagNull:
      return v8::Null(isolate);
    case kTagTrue:
      return v8::True(isolate);
    case kTagFalse:
      return v8::False(isolate);
    case kTagBigInt:
      return v8::BigInt::New(isolate, static_cast<int64_t>(parcel.word()));
    case kTagBytes:
      return decode_bytes(isolate, parcel);
    case kTagMovedBytes:
      return decode_moved_bytes(isolate, parcel);
    case kTagForeignBytes:
      return decode_foreign_bytes(isolate, parcel);
    case kTagSerialized:
      return Decoder(host, parcel).run();
    case kTagRecord:
      return host.read_record(parcel);
    default:
      return v8::Undefined(isolate);
  }
}

}  // namespace isolane

#include "views.h"

#include <cstring>
#include <utility>

#include "../core/parcel.h"
#include "v8_compat.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

ViewKind view_kind(Local<Value> view) {
  if (view->IsUint8Array()) return kUint8Array;
  if (view->IsFloat64Array()) return kFloat64Array;
  if (view->IsInt32Array()) return kInt32Array;
  if (view->IsFloat32Array()) return kFloat32Array;
  if (view->IsUint32Array()) return kUint32Array;
  if (view->IsUint8ClampedArray()) return kUint8ClampedArray;
  if (view->IsInt8Array()) return kInt8Array;
  if (view->IsUint16Array()) return kUint16Array;
  if (view->IsInt16Array()) return kInt16Array;
  if (view->IsBigInt64Array()) return kBigInt64Array;
  if (view->IsBigUint64Array()) return kBigUint64Array;
#if V8_MAJOR_VERSION >= 13
  if (view->IsFloat16Array()) return kFloat16Array;
#endif
  return kDataView;
}

size_t element_size(uint32_t kind) {
  switch (kind) {
    case kUint16Array:
    case kInt16Array:
    case kFloat16Array:
      return 2;
    case kUint32Array:
    case kInt32Array:
    case kFloat32Array:
      return 4;
    case kFloat64Array:
    case kBigInt64Array:
    case kBigUint64Array:
      return 8;
    default:
      return 1;
  }
}

bool can_view(uint32_t kind, size_t offset, size_t size) {
  const size_t element = element_size(kind);
  return kind <= kFloat16Array && offset % element == 0 && size % element == 0;
}

namespace {

// `Buffer`: v8::ArrayBuffer or v8::SharedArrayBuffer.
template <class Buffer>
Local<Value> view_of(Local<Buffer> buffer, uint32_t kind, size_t offset, size_t size) {
  switch (kind) {
    case kUint8Array:
      return v8::Uint8Array::New(buffer, offset, size);
    case kUint8ClampedArray:
      return v8::Uint8ClampedArray::New(buffer, offset, size);
    case kInt8Array:
      return v8::Int8Array::New(buffer, offset, size);
    case kUint16Array:
      return v8::Uint16Array::New(buffer, offset, size / 2);
    case kInt16Array:
      return v8::Int16Array::New(buffer, offset, size / 2);
    case kUint32Array:
      return v8::Uint32Array::New(buffer, offset, size / 4);
    case kInt32Array:
      return v8::Int32Array::New(buffer, offset, size / 4);
    case kFloat32Array:
      return v8::Float32Array::New(buffer, offset, size / 4);
    case kFloat64Array:
      return v8::Float64Array::New(buffer, offset, size / 8);
    case kBigInt64Array:
      return v8::BigInt64Array::New(buffer, offset, size / 8);
    case kBigUint64Array:
      return v8::BigUint64Array::New(buffer, offset, size / 8);
    case kDataView:
      return v8::DataView::New(buffer, offset, size);
#if V8_MAJOR_VERSION >= 13
    case kFloat16Array:
      return v8::Float16Array::New(buffer, offset, size / 2);
#endif
    default:
      return buffer;
  }
}

}  // namespace

Local<Value> make_view(Local<v8::ArrayBuffer> buffer, uint32_t kind, size_t offset, size_t size) {
  return view_of(buffer, kind, offset, size);
}

Local<Value> make_view(Local<v8::SharedArrayBuffer> buffer, uint32_t kind, size_t offset,
                       size_t size) {
  return view_of(buffer, kind, offset, size);
}

FixedBytes copy_fixed(const uint8_t* bytes, size_t size, uint32_t kind) {
  std::shared_ptr<Block> block = Block::allocate(size);
  if (block == nullptr) return {nullptr, nullptr, 0, kind};
  if (size != 0) std::memcpy(block->bytes, bytes, size);
  const uint8_t* const data = block->bytes;
  return {std::move(block), data, size, kind};
}

FixedBytes fixed_bytes_of(Local<Value> value) {
  const bool is_view = value->IsArrayBufferView();
  const Local<Value> buffer =
      is_view ? Local<Value>(value.As<v8::ArrayBufferView>()->Buffer()) : value;
  std::shared_ptr<v8::BackingStore> store =
      buffer->IsSharedArrayBuffer() ? buffer.As<v8::SharedArrayBuffer>()->GetBackingStore()
                                    : buffer.As<v8::ArrayBuffer>()->GetBackingStore();
  const auto* data = static_cast<const uint8_t*>(store->Data());
  size_t size = store->ByteLength();
  if (is_view) {
    data += value.As<v8::ArrayBufferView>()->ByteOffset();
    size = value.As<v8::ArrayBufferView>()->ByteLength();
  }
  return {std::move(store), data, size, is_view ? view_kind(value) : kArrayBuffer};
}

namespace {

using Owner = std::shared_ptr<void>;

void drop(void*, size_t, void* owner) { delete static_cast<Owner*>(owner); }

}  // namespace

Local<v8::ArrayBuffer> open_fixed_buffer(Isolate* isolate, const FixedBytes& bytes) {
  std::unique_ptr<v8::BackingStore> store = v8::ArrayBuffer::NewBackingStore(
      const_cast<uint8_t*>(bytes.data), bytes.size, drop, new Owner(bytes.owner));
  return v8::ArrayBuffer::New(isolate, std::move(store));
}

OpenedView open_fixed(Isolate* isolate, const FixedBytes& bytes) {
  // As a SharedArrayBuffer, which the engine does not count as memory of this isolate.
  auto* const owner = new Owner(bytes.owner);
  std::unique_ptr<v8::BackingStore> store = v8::SharedArrayBuffer::NewBackingStore(
      const_cast<uint8_t*>(bytes.data), bytes.size, drop, owner);
  Local<v8::SharedArrayBuffer> buffer = v8::SharedArrayBuffer::New(isolate, std::move(store));
  Local<Value> elements = make_view(buffer, bytes.kind, 0, bytes.size);
  if (!elements->IsTypedArray()) elements = v8::Uint8Array::New(buffer, 0, bytes.size);
  return {elements.As<v8::TypedArray>(), owner};
}

}  // namespace isolane

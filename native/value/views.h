// Buffers and views of them, by their class.
#pragma once

#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "tags.h"

namespace isolane {

// Of a view; kDataView for anything that is no typed array.
ViewKind view_kind(v8::Local<v8::Value> view);

// Bytes of an element.
size_t element_size(uint32_t kind);

// Whether there is such a view, or may be in another version of the engine: a kind that is known,
// and whole elements. Offset and size are bytes.
bool can_view(uint32_t kind, size_t offset, size_t size);

// A view of that kind, for which can_view() holds; `buffer` itself if it is none of a view, or of
// one that this version of the engine has not.
v8::Local<v8::Value> make_view(v8::Local<v8::ArrayBuffer> buffer, uint32_t kind, size_t offset,
                               size_t size);
v8::Local<v8::Value> make_view(v8::Local<v8::SharedArrayBuffer> buffer, uint32_t kind,
                               size_t offset, size_t size);

// Bytes that nobody writes to through us, and what keeps them: any number of interpreters may have
// them at the same time.
struct FixedBytes {
  std::shared_ptr<void> owner;
  const uint8_t* data;
  size_t size;
  uint32_t kind;  // a ViewKind
};

// A copy of its own; without an owner when memory is out.
FixedBytes copy_fixed(const uint8_t* bytes, size_t size, uint32_t kind);

// What a buffer or a view shows, not copied, which keeps its memory.
FixedBytes fixed_bytes_of(v8::Local<v8::Value> value);

// What follows can be written to: it is not for JavaScript code but our own.

// A buffer over them, which keeps them.
v8::Local<v8::ArrayBuffer> open_fixed_buffer(v8::Isolate* isolate, const FixedBytes& bytes);

// A typed array over them, which keeps `owner`, and that keeps them. Bytes for what is none.
struct OpenedView {
  v8::Local<v8::TypedArray> elements;
  std::shared_ptr<void>* owner;
};
OpenedView open_fixed(v8::Isolate* isolate, const FixedBytes& bytes);

}  // namespace isolane

#include "frozen_objects.h"

#include <algorithm>
#include <cstring>

#include "../value/views.h"
#include "arguments.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

void refuse_construction(Arguments args) {
  args.GetIsolate()->ThrowException(
      v8::Exception::TypeError(literal(args.GetIsolate(), "Illegal constructor")));
}

void construct_view(Arguments args) {
  Local<Value> elements;
  if (args.IsConstructCall()) elements = Realm::of(args).take_view_seed();
  if (elements.IsEmpty()) return refuse_construction(args);
  args.This()->SetInternalField(0, elements);
}

void construct_frozen(Arguments args) {
  const bool is_one =
      args[0]->IsMap() || args[0]->IsSet() || args[0]->IsDate() || args[0]->IsRegExp();
  if (!args.IsConstructCall() || !is_one) return refuse_construction(args);
  args.This()->SetInternalField(0, args[0]);
}

Local<v8::FunctionTemplate> make(Isolate* isolate, Local<Value> data, const char* name,
                                 v8::FunctionCallback construct) {
  Local<v8::FunctionTemplate> made = v8::FunctionTemplate::New(isolate, construct, data);
  made->SetClassName(literal(isolate, name));
  made->InstanceTemplate()->SetInternalFieldCount(1);
  return made;
}

// The typed array of the view that is the first argument; empty, with an exception pending, if it
// is none.
Local<v8::TypedArray> elements_argument(Arguments args) {
  Local<Value> elements;
  if (!args[0]->IsObject() || !Realm::of(args).unwrap_view(args[0].As<v8::Object>(), &elements)) {
    args.GetIsolate()->ThrowException(
        v8::Exception::TypeError(literal(args.GetIsolate(), "This is no ReadonlyView")));
    return {};
  }
  return elements.As<v8::TypedArray>();
}

// From args[at] to args[at + 1], in elements.
struct Range {
  Range(Arguments args, int at, Local<v8::TypedArray> elements)
      : from(std::min<size_t>(id_of(args[at]), elements->Length())),
        count(std::clamp<size_t>(id_of(args[at + 1]), from, elements->Length()) - from) {}
  const size_t from;
  const size_t count;
};

// viewElements(view): what it reads from.
void view_elements(Arguments args) {
  Local<v8::TypedArray> elements = elements_argument(args);
  if (!elements.IsEmpty()) args.GetReturnValue().Set(elements);
}

Local<Value> part_of(Local<v8::ArrayBufferView> view, ViewKind kind, size_t offset, size_t size) {
  Local<Value> buffer = view->Buffer();
  offset += view->ByteOffset();
  return buffer->IsSharedArrayBuffer()
             ? make_view(buffer.As<v8::SharedArrayBuffer>(), kind, offset, size)
             : make_view(buffer.As<v8::ArrayBuffer>(), kind, offset, size);
}

// viewBytes(view): the same as a Uint8Array.
void view_bytes(Arguments args) {
  Local<v8::TypedArray> elements = elements_argument(args);
  if (elements.IsEmpty()) return;
  args.GetReturnValue().Set(part_of(elements, kUint8Array, 0, elements->ByteLength()));
}

// viewPart(view, from, to): another view, of a part of it.
void view_part(Arguments args) {
  Local<v8::TypedArray> elements = elements_argument(args);
  if (elements.IsEmpty()) return;
  const Range range(args, 1, elements);
  const ViewKind kind = view_kind(elements);
  const size_t size = element_size(kind);
  Local<Value> part = part_of(elements, kind, range.from * size, range.count * size);
  Local<Value> view;
  if (Realm::of(args).make_view(part).ToLocal(&view)) args.GetReturnValue().Set(view);
}

// viewCopy(view, from, to, target, at): copies these elements into another typed array, from its
// element `at` on. False if it has not done so, because that is no typed array of the same kind, or
// they do not fit in.
void view_copy(Arguments args) {
  Local<v8::TypedArray> elements = elements_argument(args);
  if (elements.IsEmpty()) return;
  const Range range(args, 1, elements);
  args.GetReturnValue().Set(false);
  if (!args[3]->IsTypedArray() || view_kind(args[3]) != view_kind(elements)) return;
  Local<v8::TypedArray> target = args[3].As<v8::TypedArray>();
  const size_t at = id_of(args[4]);
  if (at > target->Length() || range.count > target->Length() - at) return;
  args.GetReturnValue().Set(true);
  if (range.count == 0) return;
  const size_t size = element_size(view_kind(elements));
  const auto bytes_of = [](Local<v8::TypedArray> array) {
    return static_cast<uint8_t*>(array->Buffer()->Data()) + array->ByteOffset();
  };
  std::memmove(bytes_of(target) + at * size, bytes_of(elements) + range.from * size,
               range.count * size);
}

}  // namespace

Local<v8::FunctionTemplate> view_template(Isolate* isolate, Local<Value> data) {
  return make(isolate, data, "NativeView", construct_view);
}

Local<v8::FunctionTemplate> frozen_template(Isolate* isolate, Local<Value> data) {
  return make(isolate, data, "NativeFrozen", construct_frozen);
}

Local<Value> elements_of(Local<Value> value) {
  if (value->IsTypedArray()) return value;
  if (value->IsArrayBuffer()) {
    Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    return make_view(buffer, kUint8Array, 0, buffer->ByteLength());
  }
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  return part_of(view, kUint8Array, 0, view->ByteLength());
}

int32_t frozen_kind(Local<v8::Object> object) {
  const FrozenKind kind = object->IsMap()    ? FrozenKind::kMap
                          : object->IsSet()  ? FrozenKind::kSet
                          : object->IsDate() ? FrozenKind::kDate
                                             : FrozenKind::kRegExp;
  return static_cast<int32_t>(kind);
}

const std::vector<NamedFunction>& view_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"viewElements", view_elements},
      {"viewBytes", view_bytes},
      {"viewPart", view_part},
      {"viewCopy", view_copy},
  };
  return *functions;
}

}  // namespace isolane

#include "frozen_objects.h"

#include <algorithm>
#include <cstring>

#include "../value/v8_compat.h"
#include "arguments.h"
#include "class_template.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// The internal fields of a NativeView. The owner is the typed array's.
constexpr int kOwner = 0;
constexpr int kElements = 1;

void construct_view(Arguments args) {
  OpenedView seed{};
  if (args.IsConstructCall()) seed = Realm::of(args).take_view_seed();
  if (seed.elements.IsEmpty()) return refuse_construction(args);
  compat::set_aligned_pointer(args.This(), kOwner, seed.owner);
  args.This()->SetInternalField(kElements, seed.elements);
}

void construct_frozen(Arguments args) {
  const bool is_one =
      args[0]->IsMap() || args[0]->IsSet() || args[0]->IsDate() || args[0]->IsRegExp();
  if (!args.IsConstructCall() || !is_one) return refuse_construction(args);
  args.This()->SetInternalField(0, args[0]);
}

// What the view that is the first argument reads from; without elements, and with an exception
// pending, if it is none.
OpenedView view_argument(Arguments args) {
  if (args[0]->IsObject() && Realm::of(args).is_view(args[0].As<v8::Object>())) {
    return opened_view(args[0].As<v8::Object>());
  }
  args.GetIsolate()->ThrowException(
      v8::Exception::TypeError(literal(args.GetIsolate(), "This is no ReadonlyView")));
  return {};
}

// From args[at] to args[at + 1], in elements.
struct Range {
  Range(Arguments args, int at, Local<v8::TypedArray> elements)
      : from(std::min<size_t>(id_of(args[at]), elements->Length())),
        count(std::clamp<size_t>(id_of(args[at + 1]), from, elements->Length()) - from) {}
  const size_t from;
  const size_t count;
};

// viewElements(view): the typed array that it reads from.
void view_elements(Arguments args) {
  const OpenedView view = view_argument(args);
  if (!view.elements.IsEmpty()) args.GetReturnValue().Set(view.elements);
}

Local<v8::TypedArray> part_of(Local<v8::TypedArray> elements, ViewKind kind, size_t offset,
                              size_t size) {
  Local<Value> buffer = elements->Buffer();
  return make_view(buffer.As<v8::SharedArrayBuffer>(), kind, elements->ByteOffset() + offset, size)
      .As<v8::TypedArray>();
}

// viewBytes(view): the same as a Uint8Array.
void view_bytes(Arguments args) {
  const OpenedView view = view_argument(args);
  if (view.elements.IsEmpty()) return;
  args.GetReturnValue().Set(part_of(view.elements, kUint8Array, 0, view.elements->ByteLength()));
}

// viewPart(view, from, to): another view, of a part of it.
void view_part(Arguments args) {
  const OpenedView view = view_argument(args);
  if (view.elements.IsEmpty()) return;
  const Range range(args, 1, view.elements);
  const ViewKind kind = view_kind(view.elements);
  const size_t size = element_size(kind);
  // Of the same buffer: parts of parts of parts are no chain of owners.
  const OpenedView part{part_of(view.elements, kind, range.from * size, range.count * size),
                        view.owner};
  Local<Value> made;
  if (Realm::of(args).make_view(part).ToLocal(&made)) args.GetReturnValue().Set(made);
}

// viewCopy(view, from, to, target, at): copies these elements into another typed array, from its
// element `at` on. False if it has not done so, because that is no typed array of the same kind, or
// they do not fit in.
void view_copy(Arguments args) {
  const Local<v8::TypedArray> elements = view_argument(args).elements;
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
  return class_template(isolate, data, "NativeView", construct_view, 2);
}

Local<v8::FunctionTemplate> frozen_template(Isolate* isolate, Local<Value> data) {
  return class_template(isolate, data, "NativeFrozen", construct_frozen, 1);
}

OpenedView opened_view(Local<v8::Object> view) {
  return {view->GetInternalField(kElements).As<Value>().As<v8::TypedArray>(),
          static_cast<std::shared_ptr<void>*>(compat::aligned_pointer(view, kOwner))};
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

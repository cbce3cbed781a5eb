#include "shared_object.h"

#include <utility>

#include "../value/decode.h"
#include "../value/encode.h"
#include "class_template.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

SharedObject::SharedObject(Realm& realm, Local<v8::Object> handle, SharedRef value)
    : Wrapped(realm, handle), value_(std::move(value)) {
  realm.shared_objects()[value_->id()] = this;
  realm.count_shared(static_cast<int64_t>(value_->size()));
}

SharedObject::~SharedObject() {
  if (value_ == nullptr) return;
  realm().count_shared(-static_cast<int64_t>(value_->size()));
  auto& all = realm().shared_objects();
  const auto found = all.find(value_->id());
  // Another may have been made while this was being collected.
  if (found != all.end() && found->second == this) all.erase(found);
}

namespace {

SharedObject& self(Arguments args) {
  return *static_cast<SharedObject*>(Wrapped::behind(args.This()));
}

void construct(Arguments args) {
  Realm& realm = Realm::of(args);
  SharedRef value;
  if (!args.IsConstructCall() || !realm.take_shared_seed(args[0], &value)) {
    return refuse_construction(args);
  }
  Wrapped::make<SharedObject>(realm, args.This(), std::move(value));
}

void id(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(self(args).value()->id()));
}

// share(value, buffers): what the constructor of a Shared is given.
void share(Arguments args) {
  Realm& realm = Realm::of(args);
  SharedRef value = encode_shared(realm, args[0], args[1].As<v8::Array>());
  if (value != nullptr) args.GetReturnValue().Set(realm.add_shared_seed(std::move(value)));
}

// decodeShared(shared): its value, made anew each time, frozen.
void decode_value(Arguments args) {
  Realm& realm = Realm::of(args);
  const SharedRef* shared =
      args[0]->IsObject() ? realm.shared_of(args[0].As<v8::Object>()) : nullptr;
  Local<Value> value;
  if (shared != nullptr && decode_shared(realm, *shared).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

}  // namespace

Local<v8::FunctionTemplate> SharedObject::make_template(Isolate* isolate, Local<Value> data) {
  Local<v8::FunctionTemplate> made = class_template(isolate, data, "NativeShared", construct, 1);
  add_method(isolate, made, "nativeId", id);
  return made;
}

const std::vector<NamedFunction>& shared_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"share", share},
      {"decodeShared", decode_value},
  };
  return *functions;
}

}  // namespace isolane

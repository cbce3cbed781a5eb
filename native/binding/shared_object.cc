#include "shared_object.h"

#include <utility>

#include "../value/decode.h"
#include "../value/encode.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

SharedObject::SharedObject(Realm& realm, Local<v8::Object> handle, SharedRef value)
    : Wrapped(realm, handle), value_(std::move(value)) {
  realm.shared_objects()[value_->id()] = this;
}

SharedObject::~SharedObject() {
  if (value_ == nullptr) return;
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
    args.GetIsolate()->ThrowException(
        v8::Exception::TypeError(literal(args.GetIsolate(), "Illegal constructor")));
    return;
  }
  Wrapped::make<SharedObject>(realm, args.This(), std::move(value));
}

void id(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(self(args).value()->id()));
}

void decode_value(Arguments args) {
  SharedObject& shared = self(args);
  Local<Value> value;
  if (decode_shared(shared.realm(), shared.value()).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

}  // namespace

void share(Arguments args) {
  Realm& realm = Realm::of(args);
  SharedRef value = encode_shared(realm, args[0]);
  if (value != nullptr) args.GetReturnValue().Set(realm.add_shared_seed(std::move(value)));
}

Local<v8::FunctionTemplate> SharedObject::make_template(Isolate* isolate, Local<Value> data) {
  Local<v8::FunctionTemplate> made = v8::FunctionTemplate::New(isolate, construct, data);
  made->SetClassName(literal(isolate, "NativeShared"));
  made->InstanceTemplate()->SetInternalFieldCount(1);
  Local<v8::Signature> signature = v8::Signature::New(isolate, made);
  const auto add = [&](const char* name, v8::FunctionCallback call) {
    made->PrototypeTemplate()->Set(
        literal(isolate, name),
        v8::FunctionTemplate::New(isolate, call, Local<Value>(), signature, 0,
                                  v8::ConstructorBehavior::kThrow),
        v8::DontEnum);
  };
  add("nativeId", id);
  add("nativeDecode", decode_value);
  return made;
}

}  // namespace isolane

#include "instances.h"

namespace isolane {

using v8::Local;
using v8::Value;

namespace {

// The global Map may be anything by now.
bool throw_not_ours(v8::Isolate* isolate) {
  isolate->ThrowException(v8::Exception::TypeError(v8::String::NewFromUtf8Literal(
      isolate, "Instances of classes cannot be sent where Map is not the language's own.")));
  return false;
}

}  // namespace

bool Instances::read(HostObjects& host, Local<v8::Array> parts, Local<Value>* value) {
  Local<v8::Context> context = host.isolate()->GetCurrentContext();
  Local<Value> boxes;
  Local<Value> numbers;
  if (!parts->Get(context, 0).ToLocal(value) || !parts->Get(context, 1).ToLocal(&boxes) ||
      !parts->Get(context, 2).ToLocal(&numbers)) {
    return false;
  }
  if (!boxes->IsMap() || !numbers->IsMap()) return throw_not_ours(host.isolate());
  host_ = &host;
  boxes_ = boxes.As<v8::Map>();
  numbers_ = numbers.As<v8::Map>();
  count_ = static_cast<uint32_t>(numbers_->Size());
  in_order_ = numbers_->AsArray();
  return true;
}

bool Instances::value_of(uint32_t index, Local<Value>* value) const {
  Local<Value> stand_in;
  if (!in_order_->Get(host_->isolate()->GetCurrentContext(), 2 * index).ToLocal(&stand_in)) {
    return false;
  }
  return (stand_in->IsObject() && host_->unwrap_stand_in(stand_in.As<v8::Object>(), value)) ||
         throw_not_ours(host_->isolate());
}

bool Instances::find(Local<v8::Object> stand_in, uint32_t* index) const {
  Local<Value> number;
  if (count_ == 0 ||
      !numbers_->Get(host_->isolate()->GetCurrentContext(), stand_in).ToLocal(&number) ||
      !number->IsUint32()) {
    return false;
  }
  *index = number.As<v8::Uint32>()->Value();
  return *index < written_;
}

bool Instances::content_of(Local<v8::Object> box, Local<Value>* value) const {
  if (boxes_.IsEmpty()) return true;
  Local<v8::Context> context = host_->isolate()->GetCurrentContext();
  bool has = false;
  if (!boxes_->Has(context, box).To(&has)) return false;
  return !has || boxes_->Get(context, box).ToLocal(value);
}

}  // namespace isolane

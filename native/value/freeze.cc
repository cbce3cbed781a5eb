#include "freeze.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

namespace {

bool needs_stand_in(Local<Value> value) {
  return value->IsMap() || value->IsSet() || value->IsDate() || value->IsRegExp();
}

}  // namespace

Freezer::Freezer(HostObjects& host)
    : host_(host),
      isolate_(host.isolate()),
      context_(isolate_->GetCurrentContext()),
      known_(v8::Map::New(isolate_)) {}

MaybeLocal<Value> Freezer::run(Local<Value> value) {
  Local<Value> made;
  if (!replace(value).ToLocal(&made)) return {};
  while (!left_.empty()) {
    v8::HandleScope scope(isolate_);
    const Local<v8::Object> next = left_.back().Get(isolate_);
    left_.pop_back();
    if (!enter(next)) return {};
  }
  return made;
}

// What is to stand for a value: itself, or an object of ours. What is in it comes later.
MaybeLocal<Value> Freezer::replace(Local<Value> value) {
  if (!value->IsObject()) return value;
  const Local<v8::Object> object = value.As<v8::Object>();
  // Objects of native code are of ours, and cannot be changed already.
  if (object->InternalFieldCount() > 0 && !value->IsArrayBuffer() && !value->IsArrayBufferView() &&
      !value->IsSharedArrayBuffer()) {
    return value;
  }
  Local<Value> known;
  if (!known_->Get(context_, value).ToLocal(&known)) return {};
  if (!known->IsUndefined()) return known;
  Local<Value> made = value;
  if (value->IsArrayBuffer() || value->IsArrayBufferView()) {
    if (!host_.make_view(fixed_bytes_of(value)).ToLocal(&made)) return {};
  } else {
    if (needs_stand_in(value) && !host_.make_frozen(object).ToLocal(&made)) return {};
    left_.emplace_back(isolate_, object);
  }
  if (known_->Set(context_, value, made).IsEmpty()) return {};
  return made;
}

bool Freezer::enter(Local<v8::Object> object) {
  if (object->IsMap()) return enter_map(object.As<v8::Map>());
  if (object->IsSet()) return enter_set(object.As<v8::Set>());
  if (needs_stand_in(object)) return true;
  return replace_properties(object) &&
         object->SetIntegrityLevel(context_, v8::IntegrityLevel::kFrozen).FromMaybe(false);
}

bool Freezer::enter_map(Local<v8::Map> map) {
  const Local<v8::Array> parts = map->AsArray();
  map->Clear();
  for (uint32_t i = 0; i + 1 < parts->Length(); i += 2) {
    v8::HandleScope scope(isolate_);
    Local<Value> key;
    Local<Value> value;
    if (!replaced_element(parts, i).ToLocal(&key) ||
        !replaced_element(parts, i + 1).ToLocal(&value) ||
        map->Set(context_, key, value).IsEmpty()) {
      return false;
    }
  }
  return true;
}

bool Freezer::enter_set(Local<v8::Set> set) {
  const Local<v8::Array> elements = set->AsArray();
  set->Clear();
  for (uint32_t i = 0; i < elements->Length(); i++) {
    v8::HandleScope scope(isolate_);
    Local<Value> element;
    if (!replaced_element(elements, i).ToLocal(&element) || set->Add(context_, element).IsEmpty()) {
      return false;
    }
  }
  return true;
}

MaybeLocal<Value> Freezer::replaced_element(Local<v8::Array> array, uint32_t index) {
  Local<Value> element;
  if (!array->Get(context_, index).ToLocal(&element)) return {};
  return replace(element);
}

bool Freezer::replace_properties(Local<v8::Object> object) {
  Local<v8::Array> keys;
  if (!object
           ->GetPropertyNames(context_, v8::KeyCollectionMode::kOwnOnly, v8::ALL_PROPERTIES,
                              v8::IndexFilter::kIncludeIndices)
           .ToLocal(&keys)) {
    return false;
  }
  // The trace of an error may be more than a property, and could still be set then.
  const bool is_error = object->IsNativeError();
  for (uint32_t i = 0; i < keys->Length(); i++) {
    v8::HandleScope scope(isolate_);
    Local<Value> key;
    Local<Value> value;
    Local<Value> made;
    if (!keys->Get(context_, i).ToLocal(&key) || !object->Get(context_, key).ToLocal(&value) ||
        !replace(value).ToLocal(&made)) {
      return false;
    }
    if ((is_error || made != value) && !redefine(object, key, made, is_error)) return false;
  }
  return true;
}

// With the attributes that it has.
bool Freezer::redefine(Local<v8::Object> object, Local<Value> key, Local<Value> value, bool anew) {
  if (key->IsUint32()) {
    return object->CreateDataProperty(context_, key.As<v8::Uint32>()->Value(), value)
        .FromMaybe(false);
  }
  v8::PropertyAttribute attributes;
  return object->GetPropertyAttributes(context_, key).To(&attributes) &&
         (!anew || object->Delete(context_, key).FromMaybe(false)) &&
         object->DefineOwnProperty(context_, key.As<v8::Name>(), value, attributes)
             .FromMaybe(false);
}

bool Freezer::leave(Local<v8::Object> object) {
  return !known_->Set(context_, object, object).IsEmpty();
}

}  // namespace isolane

#include "record_functions.h"

#include "../value/shapes.h"
#include "../value/v8_compat.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// shapeOf(keys): its number, or -1 if there are too many.
void shape_of(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  args.GetReturnValue().Set(-1);
  if (!args[0]->IsArray()) return;
  Local<v8::Array> given = args[0].As<v8::Array>();
  Shapes::Keys keys;
  for (uint32_t i = 0; i < given->Length(); i++) {
    Local<Value> key;
    if (!given->Get(isolate->GetCurrentContext(), i).ToLocal(&key) || !key->IsString()) return;
    std::u16string& text = keys.emplace_back(key.As<v8::String>()->Length(), u'\0');
    compat::write_two_byte(isolate, key.As<v8::String>(), reinterpret_cast<uint16_t*>(text.data()),
                           static_cast<int>(text.size()));
  }
  if (const auto number = Shapes::all().number_of(keys)) args.GetReturnValue().Set(*number);
}

// shapeKeys(number): the keys; undefined if there is no such shape.
void shape_keys(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsUint32()) return;
  const Shapes::Keys* shape = Shapes::all().find(args[0].As<v8::Uint32>()->Value());
  if (shape == nullptr) return;
  std::vector<Local<Value>> keys;
  for (const std::u16string& key : *shape) {
    Local<v8::String> string;
    if (!v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(key.data()),
                                    v8::NewStringType::kInternalized, static_cast<int>(key.size()))
             .ToLocal(&string)) {
      return;
    }
    keys.push_back(string);
  }
  args.GetReturnValue().Set(v8::Array::New(isolate, keys.data(), keys.size()));
}

// schemaOf(text): its number.
void schema_of(Arguments args) {
  const v8::String::Utf8Value text(args.GetIsolate(), args[0]);
  if (*text == nullptr) return;
  args.GetReturnValue().Set(Schemas::all().number_of(std::string(*text, text.length())));
}

// schemaText(number): the text; undefined if there is no such schema.
void schema_text(Arguments args) {
  if (!args[0]->IsUint32()) return;
  const std::string text = Schemas::all().find(args[0].As<v8::Uint32>()->Value());
  Local<v8::String> string;
  if (!text.empty() && v8::String::NewFromUtf8(args.GetIsolate(), text.c_str()).ToLocal(&string)) {
    args.GetReturnValue().Set(string);
  }
}

// numbersPage(): makes it.
void numbers_page(Arguments args) {
  args.GetReturnValue().Set(Realm::of(args).numbers_page().make(args.GetIsolate()));
}

// setPlain(prototype, arrays): what plain objects have for a prototype; arrays that have nothing
// but elements, one of each kind that the engine distinguishes.
void set_plain(Arguments args) {
  Realm& realm = Realm::of(args);
  realm.plain().prototype.Reset(realm.isolate(), args[0]);
  Local<v8::Array> given = args[1].As<v8::Array>();
  for (uint32_t i = 0; i < given->Length(); i++) {
    Local<Value> one;
    if (!given->Get(realm.context(), i).ToLocal(&one) || !one->IsArray()) return;
    realm.plain().arrays.emplace_back(realm.isolate(), one.As<v8::Array>());
  }
}

bool is_plain_array(Realm& realm, Local<v8::Array> array) {
  for (const auto& sample : realm.plain().arrays) {
    if (compat::are_alike(array, sample.Get(realm.isolate()))) return true;
  }
  // One of a class may travel as that says.
  const auto& sample = realm.plain().arrays.front();
  if (compat::prototype_of(array) != compat::prototype_of(sample.Get(realm.isolate())))
    return false;
  // Frozen, for example.
  constexpr auto kFilter = static_cast<v8::PropertyFilter>(v8::ONLY_ENUMERABLE | v8::SKIP_SYMBOLS);
  Local<v8::Array> names;
  return array
             ->GetPropertyNames(realm.context(), v8::KeyCollectionMode::kOwnOnly, kFilter,
                                v8::IndexFilter::kSkipIndices)
             .ToLocal(&names) &&
         names->Length() == 0;
}

bool is_plain(Realm& realm, Local<Value> value) {
  return value->IsArray() ? is_plain_array(realm, value.As<v8::Array>())
                          : compat::is_ordinary_object(value) &&
                                compat::prototype_of(value.As<v8::Object>()) ==
                                    realm.plain().prototype.Get(realm.isolate());
}

}  // namespace

bool are_plain(Realm& realm, Arguments args, int at) {
  if (!is_plain(realm, args[at])) return false;
  const uint32_t count = args[at + 3].As<v8::Uint32>()->Value();
  if (count > 0 && !is_plain(realm, args[at + 1])) return false;
  if (count > 1 && !is_plain(realm, args[at + 2])) return false;
  for (uint32_t i = 2; i < count; i++) {
    Local<Value> one;
    if (!args[at + 4].As<v8::Array>()->Get(realm.context(), i).ToLocal(&one) ||
        !is_plain(realm, one)) {
      return false;
    }
  }
  return true;
}

const std::vector<NamedFunction>& record_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"shapeOf", shape_of},       {"shapeKeys", shape_keys}, {"schemaOf", schema_of},
      {"schemaText", schema_text}, {"setPlain", set_plain},   {"numbersPage", numbers_page},
  };
  return *functions;
}

}  // namespace isolane

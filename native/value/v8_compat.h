// What differs between the V8 of Node 20 (11.3), 22 (12.4), 24 (13.6) and 26 (14.6), in one place.
#pragma once

#include <v8.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <vector>

namespace isolane::compat {

inline void* aligned_pointer(v8::Local<v8::Object> object, int field) {
#if V8_MAJOR_VERSION >= 14
  return object->GetAlignedPointerFromInternalField(field, v8::kEmbedderDataTypeTagDefault);
#else
  return object->GetAlignedPointerFromInternalField(field);
#endif
}

inline void set_aligned_pointer(v8::Local<v8::Object> object, int field, void* pointer) {
#if V8_MAJOR_VERSION >= 14
  object->SetAlignedPointerInInternalField(field, pointer, v8::kEmbedderDataTypeTagDefault);
#else
  object->SetAlignedPointerInInternalField(field, pointer);
#endif
}

inline v8::Local<v8::External> new_external(v8::Isolate* isolate, void* pointer) {
#if V8_MAJOR_VERSION >= 14
  return v8::External::New(isolate, pointer, v8::kExternalPointerTypeTagDefault);
#else
  return v8::External::New(isolate, pointer);
#endif
}

inline void* external_pointer(v8::Local<v8::Value> external) {
#if V8_MAJOR_VERSION >= 14
  return external.As<v8::External>()->Value(v8::kExternalPointerTypeTagDefault);
#else
  return external.As<v8::External>()->Value();
#endif
}

inline v8::Local<v8::Module> synthetic_module(v8::Isolate* isolate, v8::Local<v8::String> name,
                                              const std::vector<v8::Local<v8::String>>& exports,
                                              v8::Module::SyntheticModuleEvaluationSteps steps) {
#if V8_MAJOR_VERSION >= 12
  return v8::Module::CreateSyntheticModule(
      isolate, name, v8::MemorySpan<const v8::Local<v8::String>>(exports.data(), exports.size()),
      steps);
#else
  return v8::Module::CreateSyntheticModule(isolate, name, exports, steps);
#endif
}

inline v8::Local<v8::Data> at(v8::Local<v8::Context> context, v8::Local<v8::FixedArray> array,
                              int index) {
#if V8_MAJOR_VERSION >= 14
  return array->Get(index);
#else
  return array->Get(context, index);
#endif
}

// Triplets: key, value, position.
inline v8::Local<v8::FixedArray> attributes_of(v8::Local<v8::ModuleRequest> request) {
#if V8_MAJOR_VERSION >= 12
  return request->GetImportAttributes();
#else
  return request->GetImportAssertions();
#endif
}

// `line` and `column`, from 0: where the text begins in what it is named after.
inline v8::ScriptOrigin script_origin(v8::Isolate* isolate, v8::Local<v8::Value> name,
                                      bool is_module, int line = 0, int column = 0,
                                      v8::Local<v8::Data> options = v8::Local<v8::Data>()) {
#if V8_MAJOR_VERSION >= 12
  return v8::ScriptOrigin(name, line, column, false, -1, v8::Local<v8::Value>(), false, false,
                          is_module, options);
#else
  return v8::ScriptOrigin(isolate, name, line, column, false, -1, v8::Local<v8::Value>(), false,
                          false, is_module, options);
#endif
}

// A number that no other function of the same script has; negative: not known.
inline int64_t start_position(v8::Local<v8::Function> function) {
#if V8_MAJOR_VERSION >= 12
  return function->GetScriptStartPosition();
#else
  constexpr int kMost = 1 << 16;
  const int line = function->GetScriptLineNumber();
  const int column = function->GetScriptColumnNumber();
  if (line < 0 || column < 0 || line >= kMost || column >= kMost) return -1;
  return static_cast<int64_t>(line) * kMost + column;
#endif
}

// Writes `string`, whose characters all fit in one byte, to `out`; no terminating zero.
inline void write_one_byte(v8::Isolate* isolate, v8::Local<v8::String> string, uint8_t* out,
                           int length) {
#if V8_MAJOR_VERSION >= 13
  string->WriteOneByteV2(isolate, 0, static_cast<uint32_t>(length), out);
#else
  string->WriteOneByte(isolate, out, 0, length, v8::String::NO_NULL_TERMINATION);
#endif
}

inline void write_two_byte(v8::Isolate* isolate, v8::Local<v8::String> string, uint16_t* out,
                           int length) {
#if V8_MAJOR_VERSION >= 13
  string->WriteV2(isolate, 0, static_cast<uint32_t>(length), out);
#else
  string->Write(isolate, out, 0, length, v8::String::NO_NULL_TERMINATION);
#endif
}

// nullptr if `string` has memory of the engine's.
inline v8::String::ExternalStringResourceBase* external_resource(
    [[maybe_unused]] v8::Isolate* isolate, v8::Local<v8::String> string,
    v8::String::Encoding* encoding) {
#if V8_MAJOR_VERSION >= 13
  return string->GetExternalStringResourceBase(isolate, encoding);
#else
  return string->GetExternalStringResourceBase(encoding);
#endif
}

// False: it was not done, and the resource is still the caller's.
template <class Resource>
bool make_external([[maybe_unused]] v8::Isolate* isolate, v8::Local<v8::String> string,
                   Resource* resource) {
#if V8_MAJOR_VERSION >= 13
  return string->MakeExternal(isolate, resource);
#else
  return string->MakeExternal(resource);
#endif
}

// An object that was made by a literal, a constructor written in JavaScript, or Object.create():
// no proxy, and nothing that the engine or native code gives more than properties.
inline bool is_ordinary_object(v8::Local<v8::Value> value) {
  using Internals = v8::internal::Internals;
  if (!value->IsObject()) return false;
  return Internals::GetInstanceType(v8::internal::ValueHelper::ValueAsAddress(*value)) ==
         Internals::kJSObjectType;
}

inline v8::Local<v8::Value> prototype_of(v8::Local<v8::Object> object) {
#if V8_MAJOR_VERSION >= 13
  return object->GetPrototypeV2();
#else
  return object->GetPrototype();
#endif
}

// Whether the engine describes both objects in the same way: they have the same prototype and the
// same properties beside elements, and elements of the same kind. (It may be false for some that
// have.)
inline bool are_alike(v8::Local<v8::Object> one, v8::Local<v8::Object> other) {
  using Internals = v8::internal::Internals;
  const auto map = [](v8::Local<v8::Object> object) {
    return Internals::ReadTaggedPointerField(v8::internal::ValueHelper::ValueAsAddress(*object),
                                             Internals::kHeapObjectMapOffset);
  };
  return map(one) == map(other);
}

inline size_t utf8_length(v8::Isolate* isolate, v8::Local<v8::String> string) {
#if V8_MAJOR_VERSION >= 13
  return string->Utf8LengthV2(isolate);
#else
  return static_cast<size_t>(string->Utf8Length(isolate));
#endif
}

// Writes as many whole characters as there is room for, lone surrogates as U+FFFD. Returns the
// bytes written; `read` gets the string's code units that they are of.
inline size_t write_utf8(v8::Isolate* isolate, v8::Local<v8::String> string, char* out,
                         size_t capacity, size_t* read = nullptr) {
#if V8_MAJOR_VERSION >= 13
  return string->WriteUtf8V2(isolate, out, capacity, v8::String::WriteFlags::kReplaceInvalidUtf8,
                             read);
#else
  int units = 0;
  const int written = string->WriteUtf8(
      isolate, out, static_cast<int>(std::min<size_t>(capacity, std::numeric_limits<int>::max())),
      &units, v8::String::NO_NULL_TERMINATION | v8::String::REPLACE_INVALID_UTF8);
  if (read != nullptr) *read = static_cast<size_t>(units);
  return static_cast<size_t>(written);
#endif
}

// What promises keep from where they were made to where they are awaited (V8 calls it continuation
// preserved embedder data).
inline void set_continuation_data([[maybe_unused]] v8::Local<v8::Context> context,
                                  v8::Local<v8::Value> data) {
#if V8_MAJOR_VERSION >= 14
  v8::Isolate::GetCurrent()->SetContinuationPreservedEmbedderDataV2(data);
#elif V8_MAJOR_VERSION >= 12
  v8::Isolate::GetCurrent()->SetContinuationPreservedEmbedderData(data);
#else
  context->SetContinuationPreservedEmbedderData(data);
#endif
}

// Undefined, or what else is no value of ours, if none was set.
inline v8::Local<v8::Value> continuation_data([[maybe_unused]] v8::Local<v8::Context> context) {
#if V8_MAJOR_VERSION >= 14
  return v8::Isolate::GetCurrent()->GetContinuationPreservedEmbedderDataV2().As<v8::Value>();
#elif V8_MAJOR_VERSION >= 12
  return v8::Isolate::GetCurrent()->GetContinuationPreservedEmbedderData();
#else
  return context->GetContinuationPreservedEmbedderData();
#endif
}

}  // namespace isolane::compat

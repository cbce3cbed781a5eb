// The arguments of function callbacks, which our own JavaScript gives.
#pragma once

#include <v8.h>

#include <cstdint>
#include <limits>
#include <string>

#include "../isolate/call_table.h"

namespace isolane {

inline std::string text(v8::Isolate* isolate, v8::Local<v8::Value> value) {
  v8::String::Utf8Value characters(isolate, value);
  return *characters != nullptr ? std::string(*characters, characters.length()) : std::string();
}

inline double number(v8::Local<v8::Value> value) {
  return value->IsNumber() ? value.As<v8::Number>()->Value() : 0;
}

// What no party has, if it is no id.
inline uint64_t id_of(v8::Local<v8::Value> value) {
  const double id = number(value);
  return id >= 0 && id < 9e15 ? static_cast<uint64_t>(id) : std::numeric_limits<uint64_t>::max();
}

// In milliseconds; what is no number is no limit.
inline CallLimits limits_of(v8::Local<v8::Value> timeout, v8::Local<v8::Value> cpu_time) {
  CallLimits limits;
  if (timeout->IsNumber()) limits.deadline = deadline_after_ms(number(timeout));
  if (cpu_time->IsNumber()) limits.cpu_time = duration_of_ms(number(cpu_time));
  return limits;
}

}  // namespace isolane

// What src/ownership/stand-ins.ts needs for instances of classes that travel as themselves.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

#include "control.h"

namespace isolane {

// new NativeStandIn(object): keeps, in its internal field, what an instance travels as.
v8::Local<v8::FunctionTemplate> stand_in_template(v8::Isolate* isolate, v8::Local<v8::Value> data);

// The same numbers as `Container` in src/binding/codes.ts.
enum class Container : int32_t { kProxy = 0, kNone, kObject, kArray, kMap, kSet };

const std::vector<NamedFunction>& instance_functions();

}  // namespace isolane

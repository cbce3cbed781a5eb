// The native halves of what stands for buffers, Maps, Sets, Dates and RegExps in shared values: a
// ReadonlyView, and the classes of src/ownership/frozen.ts.
#pragma once

#include <v8.h>

#include <cstdint>
#include <vector>

#include "../value/views.h"
#include "control.h"

namespace isolane {

// NativeView: reads from what is in its internal fields, which JavaScript code but our own does not
// get. Made by Realm::make_view() only.
v8::Local<v8::FunctionTemplate> view_template(v8::Isolate* isolate, v8::Local<v8::Value> data);

// What an instance reads from.
OpenedView opened_view(v8::Local<v8::Object> view);

// new NativeFrozen(object): keeps, in its internal field, what it is sent as.
v8::Local<v8::FunctionTemplate> frozen_template(v8::Isolate* isolate, v8::Local<v8::Value> data);

// The same numbers as `FrozenKind` in src/binding/codes.ts.
enum class FrozenKind : int32_t { kMap = 0, kSet = 1, kDate = 2, kRegExp = 3 };
int32_t frozen_kind(v8::Local<v8::Object> object);

const std::vector<NamedFunction>& view_functions();

}  // namespace isolane

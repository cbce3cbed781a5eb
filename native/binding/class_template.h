// Classes of native code, whose instances have something of ours in internal fields.
#pragma once

#include <v8.h>

#include "control.h"

namespace isolane {

// One whose prototype is still empty; `data` leads to the realm.
v8::Local<v8::FunctionTemplate> class_template(v8::Isolate* isolate, v8::Local<v8::Value> data,
                                               const char* name, v8::FunctionCallback construct,
                                               int fields);

// A method that is called with instances as `this` only.
void add_method(v8::Isolate* isolate, v8::Local<v8::FunctionTemplate> made, const char* name,
                v8::FunctionCallback call);

// What a constructor throws that JavaScript was not to call, or not so.
void refuse_construction(Arguments args);

}  // namespace isolane

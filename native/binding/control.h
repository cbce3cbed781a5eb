// The control plane: what both worlds can do beside sending and receiving.
#pragma once

#include <v8.h>

#include <vector>

namespace isolane {

// What a function that JavaScript calls is given.
using Arguments = const v8::FunctionCallbackInfo<v8::Value>&;

struct NamedFunction {
  const char* name;
  v8::FunctionCallback call;
  bool early = false;  // needed at every interpreter's start
};

// Mail, interpreters, channels: see `Binding` in src/binding/binding.ts.
const std::vector<NamedFunction>& control_functions();

}  // namespace isolane

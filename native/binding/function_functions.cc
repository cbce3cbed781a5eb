#include "function_functions.h"

#include <cmath>

#include "../value/v8_compat.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// The function, if it has been compiled from a script; proxies of functions and native ones have
// not.
bool is_scripted(Local<Value> value, Local<v8::Function>* function) {
  if (!value->IsFunction() || value->IsProxy()) return false;
  *function = value.As<v8::Function>();
  return (*function)->ScriptId() > 0 && (*function)->GetScriptLineNumber() >= 0;
}

void function_key(Arguments args) {
  args.GetReturnValue().Set(0);
  Local<v8::Function> function;
  if (!is_scripted(args[0], &function)) return;
  // Both parts together have to fit into the 53 bits that a number keeps.
  constexpr int kMostScripts = 1 << 21;
  const int script = function->ScriptId();
  const int64_t position = compat::start_position(function);
  if (script >= kMostScripts || position < 0) return;
  args.GetReturnValue().Set(std::ldexp(static_cast<double>(script), 32) +
                            static_cast<double>(position));
}

void function_place(Arguments args) {
  Local<v8::Function> function;
  if (!is_scripted(args[0], &function)) return;
  Isolate* isolate = args.GetIsolate();
  Local<Value> file = function->GetScriptOrigin().ResourceName();
  Local<Value> place[] = {
      !file.IsEmpty() && file->IsString() ? file : v8::String::Empty(isolate).As<Value>(),
      v8::Integer::New(isolate, function->GetScriptLineNumber()),
      v8::Integer::New(isolate, function->GetScriptColumnNumber()),
  };
  args.GetReturnValue().Set(v8::Array::New(isolate, place, 3));
}

// (body, file, line, column, parameters)
void compile_function(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  std::vector<Local<v8::String>> parameters;
  if (!args[0]->IsString() || !args[1]->IsString() || !args[4]->IsArray()) {
    isolate->ThrowException(v8::Exception::TypeError(literal(isolate, "a string is needed")));
    return;
  }
  Local<v8::Array> names = args[4].As<v8::Array>();
  for (uint32_t i = 0; i < names->Length(); i++) {
    Local<Value> name;
    Local<v8::String> text;
    if (!names->Get(context, i).ToLocal(&name) || !name->ToString(context).ToLocal(&text)) return;
    parameters.push_back(text);
  }
  const auto offset = [&](int at) {
    return args[at]->IsInt32() ? args[at].As<v8::Int32>()->Value() : 0;
  };
  v8::ScriptCompiler::Source source(
      args[0].As<v8::String>(),
      compat::script_origin(isolate, args[1], false, offset(2), offset(3)));
  Local<v8::Function> function;
  if (v8::ScriptCompiler::CompileFunction(context, &source, parameters.size(), parameters.data())
          .ToLocal(&function)) {
    args.GetReturnValue().Set(function);
  }
}

}  // namespace

const std::vector<NamedFunction>& function_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"functionKey", function_key},
      {"functionPlace", function_place},
  };
  return *functions;
}

const std::vector<NamedFunction>& guest_function_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"compileFunction", compile_function, true},
  };
  return *functions;
}

}  // namespace isolane

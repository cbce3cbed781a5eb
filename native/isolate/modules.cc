#include "modules.h"

#include <algorithm>
#include <string>
#include <utility>

#include "../value/v8_compat.h"
#include "interpreter.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::String;
using v8::Value;

namespace {

std::string utf8(v8::Isolate* isolate, Local<Value> value) {
  String::Utf8Value characters(isolate, value);
  return *characters != nullptr ? std::string(*characters, characters.length()) : std::string();
}

Local<String> string_of(v8::Isolate* isolate, const std::string& text) {
  return String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                             static_cast<int>(text.size()))
      .ToLocalChecked();
}

// The engine's syntax errors do not say where: their message gets "(file:line:column)".
void rethrow_with_place(Local<v8::Context> context, v8::TryCatch& caught) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Local<v8::Message> message = caught.Message();
  Local<Value> exception = caught.Exception();
  if (!caught.HasTerminated() && !message.IsEmpty() && exception->IsNativeError()) {
    Local<v8::Object> error = exception.As<v8::Object>();
    Local<String> key = String::NewFromUtf8Literal(isolate, "message");
    Local<Value> text;
    if (error->Get(context, key).ToLocal(&text)) {
      const std::string place = utf8(isolate, message->GetScriptResourceName()) + ":" +
                                std::to_string(message->GetLineNumber(context).FromMaybe(0)) + ":" +
                                std::to_string(message->GetStartColumn(context).FromMaybe(0) + 1);
      const std::string whole = utf8(isolate, text) + " (" + place + ")";
      (void)error->Set(context, key, string_of(isolate, whole)).IsNothing();
      const std::string name = utf8(isolate, error->GetConstructorName());
      (void)error
          ->Set(context, String::NewFromUtf8Literal(isolate, "stack"),
                string_of(isolate, name + ": " + whole + "\n    at " + place))
          .IsNothing();
    }
  }
  caught.ReThrow();
}

}  // namespace

bool Modules::compile(Local<String> url, Local<String> source,
                      std::vector<Local<String>>* requests) {
  Local<v8::Context> context = isolate_->GetCurrentContext();
  v8::TryCatch caught(isolate_);
  v8::ScriptCompiler::Source text(source, compat::script_origin(isolate_, url, true));
  Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate_, &text).ToLocal(&module)) {
    rethrow_with_place(context, caught);
    return false;
  }
  add(utf8(isolate_, url), module);

  Local<v8::FixedArray> list = module->GetModuleRequests();
  for (int i = 0; i < list->Length(); i++) {
    Local<String> specifier = compat::requested_specifier(context, list, i);
    const bool known = std::any_of(requests->begin(), requests->end(),
                                   [&](Local<String> one) { return one->StringEquals(specifier); });
    if (!known) requests->push_back(specifier);
  }
  return true;
}

bool Modules::synthesize(Local<v8::Context> context, Local<String> url, Local<v8::Object> exports) {
  Local<v8::Array> keys;
  if (!exports->GetOwnPropertyNames(context).ToLocal(&keys)) return false;
  std::vector<Local<String>> names;
  for (uint32_t i = 0; i < keys->Length(); i++) {
    Local<Value> key;
    Local<String> name;
    if (!keys->Get(context, i).ToLocal(&key) || !key->ToString(context).ToLocal(&name)) {
      return false;
    }
    names.push_back(name);
  }
  Local<v8::Module> module = compat::synthetic_module(isolate_, url, names, fill);
  add(utf8(isolate_, url), module).exports.Reset(isolate_, exports);
  return true;
}

void Modules::link(Local<String> url, Local<String> specifier, Local<String> target) {
  if (Entry* entry = find(utf8(isolate_, url))) {
    entry->targets[utf8(isolate_, specifier)] = utf8(isolate_, target);
  }
}

MaybeLocal<v8::Promise> Modules::evaluate(Local<v8::Context> context, Local<String> url) {
  Entry* entry = find(utf8(isolate_, url));
  if (entry == nullptr) {
    isolate_->ThrowException(v8::Exception::Error(
        string_of(isolate_, "no module was compiled for " + utf8(isolate_, url))));
    return {};
  }
  Local<v8::Module> module = entry->module.Get(isolate_);
  {
    v8::TryCatch caught(isolate_);
    if (!module->InstantiateModule(context, resolve).FromMaybe(false)) {
      rethrow_with_place(context, caught);
      return {};
    }
  }
  Local<Value> evaluated;
  if (!module->Evaluate(context).ToLocal(&evaluated)) return {};
  Local<v8::Function> to_namespace;
  const auto give_namespace = [](const v8::FunctionCallbackInfo<Value>& args) {
    args.GetReturnValue().Set(args.Data());
  };
  if (!v8::Function::New(context, give_namespace, module->GetModuleNamespace())
           .ToLocal(&to_namespace)) {
    return {};
  }
  return evaluated.As<v8::Promise>()->Then(context, to_namespace);
}

Local<String> Modules::url_of(Local<v8::Module> module) const {
  const Entry* entry = find(module);
  return entry != nullptr ? string_of(isolate_, entry->url) : String::Empty(isolate_);
}

Modules::Entry* Modules::find(const std::string& url) {
  auto found = by_url_.find(url);
  return found == by_url_.end() ? nullptr : &found->second;
}

const Modules::Entry* Modules::find(Local<v8::Module> module) const {
  auto [first, last] = by_hash_.equal_range(module->GetIdentityHash());
  for (auto one = first; one != last; ++one) {
    const Entry& entry = by_url_.at(one->second);
    if (entry.module == module) return &entry;
  }
  return nullptr;
}

Modules::Entry& Modules::add(const std::string& url, Local<v8::Module> module) {
  Entry& entry = by_url_[url];
  entry.url = url;
  entry.module.Reset(isolate_, module);
  by_hash_.emplace(module->GetIdentityHash(), url);
  return entry;
}

MaybeLocal<v8::Module> Modules::resolve(Local<v8::Context> context, Local<String> specifier,
                                        Local<v8::FixedArray>, Local<v8::Module> referrer) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Modules& modules = Interpreter::of(isolate).modules();
  const std::string name = utf8(isolate, specifier);
  const Entry* from = modules.find(referrer);
  if (from != nullptr) {
    auto target = from->targets.find(name);
    Entry* entry = target == from->targets.end() ? nullptr : modules.find(target->second);
    if (entry != nullptr) return entry->module.Get(isolate);
  }
  isolate->ThrowException(
      v8::Exception::Error(string_of(isolate, "the module '" + name + "' was not loaded")));
  return {};
}

MaybeLocal<Value> Modules::fill(Local<v8::Context> context, Local<v8::Module> module) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  const Entry* entry = Interpreter::of(isolate).modules().find(module);
  Local<v8::Object> exports = entry->exports.Get(isolate);
  Local<v8::Array> keys;
  if (!exports->GetOwnPropertyNames(context).ToLocal(&keys)) return {};
  for (uint32_t i = 0; i < keys->Length(); i++) {
    Local<Value> key;
    Local<Value> value;
    Local<String> name;
    if (!keys->Get(context, i).ToLocal(&key) || !key->ToString(context).ToLocal(&name) ||
        !exports->Get(context, name).ToLocal(&value) ||
        module->SetSyntheticModuleExport(isolate, name, value).IsNothing()) {
      return {};
    }
  }
  Local<v8::Promise::Resolver> done;
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)) return {};
  (void)done->Resolve(context, v8::Undefined(isolate)).IsNothing();
  return done->GetPromise();
}

MaybeLocal<Value> run_script(Local<v8::Context> context, Local<String> source, Local<String> name) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Local<v8::Script> script;
  {
    v8::TryCatch caught(isolate);
    v8::ScriptCompiler::Source text(source, compat::script_origin(isolate, name, false));
    if (!v8::ScriptCompiler::Compile(context, &text).ToLocal(&script)) {
      rethrow_with_place(context, caught);
      return {};
    }
  }
  return script->Run(context);
}

}  // namespace isolane

#include "modules.h"

#include <memory>
#include <string>
#include <utility>

#include "../core/clock.h"
#include "../value/termination.h"
#include "../value/v8_compat.h"
#include "interpreter.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::String;
using v8::Value;

namespace {

// The parameters of the function that is a CommonJS module.
constexpr const char* kCommonJsParameters[] = {"exports", "require", "module", "__filename",
                                               "__dirname"};

// In the attributes of a request: key, value, position in the source.
constexpr int kAttributeParts = 3;

std::string utf8(v8::Isolate* isolate, Local<Value> value) {
  String::Utf8Value characters(isolate, value);
  return *characters != nullptr ? std::string(*characters, characters.length()) : std::string();
}

Local<String> string_of(v8::Isolate* isolate, const std::string& text) {
  return String::NewFromUtf8(isolate, text.data(), v8::NewStringType::kNormal,
                             static_cast<int>(text.size()))
      .ToLocalChecked();
}

// A request as one text; no specifier has zeros in it.
std::string request_key(Local<v8::Context> context, Local<String> specifier,
                        Local<v8::FixedArray> attributes) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  std::string key = utf8(isolate, specifier);
  for (int i = 0; i + 1 < attributes->Length(); i += kAttributeParts) {
    for (int part = 0; part < 2; part++) {
      key += '\0';
      key += utf8(isolate, compat::at(context, attributes, i + part).As<Value>());
    }
  }
  return key;
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
  pass_on(caught);
}

// A source together with what the process has for it. V8 owns the bytes' wrapper, `kept` the bytes.
struct CachedSource {
  CachedSource(Local<String> text, const v8::ScriptOrigin& origin, CodeCache::Bytes bytes)
      : kept(std::move(bytes)),
        source(text, origin,
               kept == nullptr ? nullptr
                               : new v8::ScriptCompiler::CachedData(
                                     kept->data(), static_cast<int>(kept->size()))) {}

  v8::ScriptCompiler::CompileOptions options() const {
    return kept == nullptr ? v8::ScriptCompiler::kNoCompileOptions
                           : v8::ScriptCompiler::kConsumeCodeCache;
  }
  // Counts how the compilation went. Whether V8 compiled from the text.
  bool fresh(const CodeKey& key) const {
    CodeCache& cache = CodeCache::shared();
    if (kept != nullptr && !source.GetCachedData()->rejected) {
      cache.count_consumed();
      return false;
    }
    if (kept != nullptr) cache.reject(key);
    cache.count_compiled();
    return true;
  }

  const CodeCache::Bytes kept;
  v8::ScriptCompiler::Source source;
};

}  // namespace

bool Modules::compile(Local<v8::Context> context, Local<String> url, Local<String> source,
                      Number* number) {
  v8::TryCatch caught(isolate_);
  CodeKey key = CodeKey::of(isolate_, CodeKey::Kind::kModule, url, source);
  CachedSource text(source, compat::script_origin(isolate_, url, true),
                    CodeCache::shared().find(key));
  Local<v8::Module> module;
  if (!v8::ScriptCompiler::CompileModule(isolate_, &text.source, text.options()).ToLocal(&module)) {
    rethrow_with_place(context, caught);
    return false;
  }
  if (text.fresh(key)) {
    fresh_.push_back({std::move(key), {isolate_, module->GetUnboundModuleScript()}, {}});
  }
  *number = add(url, module);
  return true;
}

Local<v8::Array> Modules::requests(Local<v8::Context> context, Number number) const {
  Local<v8::FixedArray> list = module(number)->GetModuleRequests();
  std::vector<Local<Value>> all;
  for (int i = 0; i < list->Length(); i++) {
    Local<v8::ModuleRequest> request = compat::at(context, list, i).As<v8::ModuleRequest>();
    Local<v8::FixedArray> attributes = compat::attributes_of(request);
    std::vector<Local<Value>> parts{request->GetSpecifier()};
    for (int j = 0; j + 1 < attributes->Length(); j += kAttributeParts) {
      parts.push_back(compat::at(context, attributes, j).As<Value>());
      parts.push_back(compat::at(context, attributes, j + 1).As<Value>());
    }
    all.push_back(v8::Array::New(isolate_, parts.data(), parts.size()));
  }
  return v8::Array::New(isolate_, all.data(), all.size());
}

Modules::Number Modules::synthesize(Local<String> url, const std::vector<Local<String>>& names,
                                    Local<v8::Function> evaluate) {
  const Number number = add(url, compat::synthetic_module(isolate_, url, names, fill));
  entries_[number].evaluate.Reset(isolate_, evaluate);
  return number;
}

void Modules::link(Local<v8::Context> context, Number number, const std::vector<Number>& targets) {
  Local<v8::FixedArray> list = module(number)->GetModuleRequests();
  for (int i = 0; i < list->Length() && static_cast<size_t>(i) < targets.size(); i++) {
    Local<v8::ModuleRequest> request = compat::at(context, list, i).As<v8::ModuleRequest>();
    entries_[number]
        .targets[request_key(context, request->GetSpecifier(), compat::attributes_of(request))] =
        targets[static_cast<size_t>(i)];
  }
}

bool Modules::instantiate(Local<v8::Context> context, Number number) {
  v8::TryCatch caught(isolate_);
  if (module(number)->InstantiateModule(context, resolve).FromMaybe(false)) return true;
  rethrow_with_place(context, caught);
  return false;
}

MaybeLocal<v8::Promise> Modules::evaluate(Local<v8::Context> context, Number number) {
  v8::TryCatch caught(isolate_);
  Local<Value> evaluated;
  const bool done = module(number)->Evaluate(context).ToLocal(&evaluated);
  if (caught.HasTerminated()) times_stopped_++;
  pass_on(caught);
  return done ? evaluated.As<v8::Promise>() : Local<v8::Promise>();
}

Local<String> Modules::url_of(Local<v8::Module> module) const {
  const Entry* entry = find(module);
  return entry != nullptr ? string_of(isolate_, entry->url) : String::Empty(isolate_);
}

MaybeLocal<v8::Function> Modules::compile_common_js(Local<v8::Context> context, Local<String> path,
                                                    Local<String> source) {
  v8::TryCatch caught(isolate_);
  CodeKey key = CodeKey::of(isolate_, CodeKey::Kind::kCommonJs, path, source);
  CachedSource text(source, compat::script_origin(isolate_, path, false),
                    CodeCache::shared().find(key));
  std::vector<Local<String>> parameters;
  for (const char* name : kCommonJsParameters) {
    parameters.push_back(
        String::NewFromUtf8(isolate_, name, v8::NewStringType::kInternalized).ToLocalChecked());
  }
  Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(context, &text.source, parameters.size(),
                                           parameters.data(), 0, nullptr, text.options())
           .ToLocal(&function)) {
    rethrow_with_place(context, caught);
    return {};
  }
  if (text.fresh(key)) fresh_.push_back({std::move(key), {}, {isolate_, function}});
  return function;
}

MaybeLocal<Value> Modules::call(Local<v8::Context> context, Local<v8::Function> function,
                                Local<Value> receiver, std::vector<Local<Value>>& arguments) {
  v8::TryCatch caught(isolate_);
  MaybeLocal<Value> result =
      function->Call(context, receiver, static_cast<int>(arguments.size()), arguments.data());
  if (caught.HasTerminated()) times_stopped_++;
  pass_on(caught);
  return result;
}

bool Modules::store_code(Clock::duration budget) {
  CodeCache& cache = CodeCache::shared();
  const Deadline end = Clock::now() + budget;
  while (!fresh_.empty() && Clock::now() < end) {
    v8::HandleScope scope(isolate_);
    const Fresh one = std::move(fresh_.back());
    fresh_.pop_back();
    // Another interpreter may have been quicker.
    if (cache.has(one.key)) continue;
    std::unique_ptr<v8::ScriptCompiler::CachedData> made(
        one.function.IsEmpty()
            ? v8::ScriptCompiler::CreateCodeCache(one.module.Get(isolate_))
            : v8::ScriptCompiler::CreateCodeCacheForFunction(one.function.Get(isolate_)));
    if (made != nullptr) cache.store(one.key, made->data, static_cast<size_t>(made->length));
  }
  return !fresh_.empty();
}

const Modules::Entry* Modules::find(Local<v8::Module> module) const {
  auto [first, last] = by_hash_.equal_range(module->GetIdentityHash());
  for (auto one = first; one != last; ++one) {
    const Entry& entry = entries_[one->second];
    if (entry.module == module) return &entry;
  }
  return nullptr;
}

Modules::Number Modules::add(Local<String> url, Local<v8::Module> module) {
  const Number number = static_cast<Number>(entries_.size());
  entries_.push_back({utf8(isolate_, url), {isolate_, module}, {}, {}});
  by_hash_.emplace(module->GetIdentityHash(), number);
  return number;
}

MaybeLocal<v8::Module> Modules::resolve(Local<v8::Context> context, Local<String> specifier,
                                        Local<v8::FixedArray> attributes,
                                        Local<v8::Module> referrer) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  const Modules& modules = Interpreter::of(isolate).modules();
  if (const Entry* from = modules.find(referrer)) {
    auto target = from->targets.find(request_key(context, specifier, attributes));
    if (target != from->targets.end()) return modules.module(target->second);
  }
  isolate->ThrowException(v8::Exception::Error(
      string_of(isolate, "the module '" + utf8(isolate, specifier) + "' was not loaded")));
  return {};
}

MaybeLocal<Value> Modules::fill(Local<v8::Context> context, Local<v8::Module> module) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  const Entry* entry = Interpreter::of(isolate).modules().find(module);
  // The engine looks for an exception that was thrown again, not for one that comes through.
  v8::TryCatch caught(isolate);
  Local<Value> returned;
  if (!entry->evaluate.Get(isolate)
           ->Call(context, v8::Undefined(isolate), 0, nullptr)
           .ToLocal(&returned)) {
    pass_on(caught);
    return {};
  }
  // Names and values in turn.
  Local<v8::Array> pairs = returned.As<v8::Array>();
  for (uint32_t i = 0; i + 1 < pairs->Length(); i += 2) {
    Local<Value> name;
    Local<Value> value;
    if (!pairs->Get(context, i).ToLocal(&name) || !pairs->Get(context, i + 1).ToLocal(&value) ||
        module->SetSyntheticModuleExport(isolate, name.As<String>(), value).IsNothing()) {
      return {};
    }
  }
  Local<v8::Promise::Resolver> done;
  if (!v8::Promise::Resolver::New(context).ToLocal(&done)) return {};
  (void)done->Resolve(context, v8::Undefined(isolate)).IsNothing();
  return done->GetPromise();
}

MaybeLocal<Value> run_script(Local<v8::Context> context, Local<String> source, Local<String> name,
                             Local<String> referrer) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Local<v8::Script> script;
  {
    v8::TryCatch caught(isolate);
    Local<v8::PrimitiveArray> options = v8::PrimitiveArray::New(isolate, 1);
    options->Set(isolate, 0, referrer);
    v8::ScriptCompiler::Source text(source,
                                    compat::script_origin(isolate, name, false, 0, 0, options));
    if (!v8::ScriptCompiler::Compile(context, &text).ToLocal(&script)) {
      rethrow_with_place(context, caught);
      return {};
    }
  }
  return script->Run(context);
}

Local<Value> referrer_of(Local<v8::Context> context, Local<v8::Data> options, Local<Value> name) {
  if (options.IsEmpty() || !options->IsFixedArray()) return name;
  Local<v8::FixedArray> list = options.As<v8::FixedArray>();
  if (list->Length() == 0) return name;
  Local<v8::Data> given = compat::at(context, list, 0);
  if (!given->IsValue() || !given.As<Value>()->IsString()) return name;
  Local<String> referrer = given.As<String>();
  return referrer->Length() == 0 ? name : referrer.As<Value>();
}

}  // namespace isolane

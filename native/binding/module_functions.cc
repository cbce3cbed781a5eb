#include "module_functions.h"

#include <chrono>
#include <vector>

#include "realm.h"

namespace isolane {

using v8::Local;
using v8::Value;

namespace {

Modules& modules(Arguments args) { return Realm::of(args).self()->modules(); }

Local<v8::Context> context(Arguments args) { return args.GetIsolate()->GetCurrentContext(); }

void refuse(Arguments args) {
  args.GetIsolate()->ThrowException(
      v8::Exception::TypeError(literal(args.GetIsolate(), "wrong arguments")));
}

// The binding is private to our own TypeScript; this keeps a slip there from being a crash.
bool number_at(Arguments args, int index, Modules::Number* number) {
  if (args[index]->IsUint32() && modules(args).has(args[index].As<v8::Uint32>()->Value())) {
    *number = args[index].As<v8::Uint32>()->Value();
    return true;
  }
  refuse(args);
  return false;
}

template <class T>
bool list_at(Arguments args, int index, std::vector<T>* list, bool (*take)(Local<Value>, T*)) {
  if (!args[index]->IsArray()) {
    refuse(args);
    return false;
  }
  Local<v8::Array> array = args[index].As<v8::Array>();
  for (uint32_t i = 0; i < array->Length(); i++) {
    Local<Value> item;
    T value;
    if (!array->Get(context(args), i).ToLocal(&item)) return false;
    if (!take(item, &value)) {
      refuse(args);
      return false;
    }
    list->push_back(value);
  }
  return true;
}

void compile_module(Arguments args) {
  Modules::Number number = 0;
  if (!args[0]->IsString() || !args[1]->IsString()) return refuse(args);
  if (modules(args).compile(context(args), args[0].As<v8::String>(), args[1].As<v8::String>(),
                            &number)) {
    args.GetReturnValue().Set(number);
  }
}

void module_requests(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  args.GetReturnValue().Set(modules(args).requests(context(args), number));
}

void synthetic_module(Arguments args) {
  std::vector<Local<v8::String>> names;
  const auto take = [](Local<Value> item, Local<v8::String>* name) {
    if (!item->IsString()) return false;
    *name = item.As<v8::String>();
    return true;
  };
  if (!args[0]->IsString() || !args[2]->IsFunction()) return refuse(args);
  if (!list_at<Local<v8::String>>(args, 1, &names, take)) return;
  args.GetReturnValue().Set(
      modules(args).synthesize(args[0].As<v8::String>(), names, args[2].As<v8::Function>()));
}

void link_module(Arguments args) {
  Modules::Number number = 0;
  std::vector<Modules::Number> targets;
  const auto take = [](Local<Value> item, Modules::Number* target) {
    if (!item->IsUint32()) return false;
    *target = item.As<v8::Uint32>()->Value();
    return true;
  };
  if (!number_at(args, 0, &number) || !list_at<Modules::Number>(args, 1, &targets, take)) return;
  for (Modules::Number target : targets) {
    if (!modules(args).has(target)) return refuse(args);
  }
  modules(args).link(context(args), number, targets);
}

void instantiate_module(Arguments args) {
  Modules::Number number = 0;
  if (number_at(args, 0, &number)) (void)modules(args).instantiate(context(args), number);
}

void evaluate_module(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  const v8::Module::Status status = modules(args).module(number)->GetStatus();
  // The engine takes any other status for a mistake that it does not survive.
  if (status != v8::Module::kInstantiated && status != v8::Module::kEvaluated &&
      status != v8::Module::kErrored) {
    return refuse(args);
  }
  Local<v8::Promise> promise;
  if (modules(args).evaluate(context(args), number).ToLocal(&promise)) {
    args.GetReturnValue().Set(promise);
  }
}

void module_status(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  args.GetReturnValue().Set(static_cast<uint32_t>(modules(args).module(number)->GetStatus()));
}

void module_exception(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  Local<v8::Module> module = modules(args).module(number);
  if (module->GetStatus() == v8::Module::kErrored) {
    args.GetReturnValue().Set(module->GetException());
  }
}

void module_awaits(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  Local<v8::Module> module = modules(args).module(number);
  args.GetReturnValue().Set(module->GetStatus() >= v8::Module::kInstantiated &&
                            module->IsGraphAsync());
}

void module_namespace(Arguments args) {
  Modules::Number number = 0;
  if (!number_at(args, 0, &number)) return;
  Local<v8::Module> module = modules(args).module(number);
  if (module->GetStatus() < v8::Module::kInstantiated) return refuse(args);
  args.GetReturnValue().Set(module->GetModuleNamespace());
}

void compile_common_js(Arguments args) {
  if (!args[0]->IsString() || !args[1]->IsString()) return refuse(args);
  Local<v8::Function> function;
  if (modules(args)
          .compile_common_js(context(args), args[0].As<v8::String>(), args[1].As<v8::String>())
          .ToLocal(&function)) {
    args.GetReturnValue().Set(function);
  }
}

void call_common_js(Arguments args) {
  if (!args[0]->IsFunction()) return refuse(args);
  std::vector<Local<Value>> given;
  for (int i = 2; i < args.Length(); i++) given.push_back(args[i]);
  Local<Value> result;
  if (modules(args)
          .call(context(args), args[0].As<v8::Function>(), args[1], given)
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

void times_stopped(Arguments args) { args.GetReturnValue().Set(modules(args).times_stopped()); }

void store_code(Arguments args) {
  const double ms = args[0]->IsNumber() ? args[0].As<v8::Number>()->Value() : 0;
  args.GetReturnValue().Set(modules(args).store_code(
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms))));
}

void on_own_thread(Arguments args) {
  args.GetReturnValue().Set(Realm::of(args).self()->is_own_thread());
}

}  // namespace

const std::vector<NamedFunction>& module_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"compileModule", compile_module},
      {"moduleRequests", module_requests},
      {"syntheticModule", synthetic_module},
      {"linkModule", link_module},
      {"instantiateModule", instantiate_module},
      {"evaluateModule", evaluate_module},
      {"moduleStatus", module_status},
      {"moduleException", module_exception},
      {"moduleAwaits", module_awaits},
      {"moduleNamespace", module_namespace},
      {"compileCommonJs", compile_common_js},
      {"callCommonJs", call_common_js},
      {"timesStopped", times_stopped},
      {"storeCode", store_code},
      {"onOwnThread", on_own_thread},
  };
  return *functions;
}

}  // namespace isolane

#include "guest_globals.h"

#include <uv.h>

#include <string>
#include <vector>

#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// The first read of a lazy global: asks the function in the property's data for the value. If that
// throws, the property stays as it is, and the next read tries again.
void make_global(Local<v8::Name> name, const v8::PropertyCallbackInfo<Value>& info) {
  Isolate* isolate = info.GetIsolate();
  Local<Value> argument = name;
  Local<Value> value;
  if (info.Data()
          .As<v8::Function>()
          ->Call(isolate->GetCurrentContext(), v8::Undefined(isolate), 1, &argument)
          .ToLocal(&value)) {
    info.GetReturnValue().Set(value);
  }
}

// (lists, make): each name in a list after its first becomes a property of the global object, not
// enumerable, that V8 replaces by a plain data property: by make(name) at its first read, or by
// what is assigned before.
void lazy_globals(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsArray() || !args[1]->IsFunction()) {
    isolate->ThrowException(
        v8::Exception::TypeError(literal(isolate, "lists and a function are needed")));
    return;
  }
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> global = context->Global();
  Local<v8::Array> lists = args[0].As<v8::Array>();
  for (uint32_t i = 0; i < lists->Length(); i++) {
    Local<Value> list;
    if (!lists->Get(context, i).ToLocal(&list) || !list->IsArray()) return;
    Local<v8::Array> names = list.As<v8::Array>();
    for (uint32_t j = 1; j < names->Length(); j++) {
      Local<Value> name;
      if (!names->Get(context, j).ToLocal(&name) || !name->IsName()) return;
      const auto defined = global->SetLazyDataProperty(context, name.As<v8::Name>(), make_global,
                                                       args[1], v8::DontEnum);
      if (defined.IsNothing()) return;
    }
  }
}

// Fills a view with bytes of the operating system's random source.
void fill_random(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsArrayBufferView()) {
    isolate->ThrowException(v8::Exception::TypeError(literal(isolate, "a view is needed")));
    return;
  }
  Local<v8::ArrayBufferView> view = args[0].As<v8::ArrayBufferView>();
  const size_t size = view->ByteLength();
  if (size == 0) return;
  auto* data = static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset();
  // Without a loop it is done here and now.
  const int failed = uv_random(nullptr, nullptr, data, size, 0, nullptr);
  if (failed == 0) return;
  const std::string text = std::string("the system gives no random bytes: ") + uv_strerror(failed);
  isolate->ThrowException(v8::Exception::Error(literal(isolate, text.c_str())));
}

}  // namespace

const std::vector<NamedFunction>& guest_global_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"lazyGlobals", lazy_globals, true},
      {"fillRandom", fill_random},
  };
  return *functions;
}

}  // namespace isolane

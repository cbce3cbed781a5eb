// The entry of the addon: called once for each Node environment that loads it.
#include <napi.h>
#include <v8.h>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

#include "node_realm.h"

namespace {

// Threads and buffers may outlive the environment that loaded the library: it stays in memory.
void pin_library() {
#if defined(_WIN32)
  HMODULE self;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     reinterpret_cast<LPCWSTR>(&pin_library), &self);
#else
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(&pin_library), &info) != 0) {
    dlopen(info.dli_fname, RTLD_LAZY | RTLD_NODELETE);
  }
#endif
}

Napi::Object init(Napi::Env env, Napi::Object) {
  pin_library();
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::Object> binding = isolane::NodeRealm::install(isolate->GetCurrentContext());
  // A napi_value is a v8::Local by another name; Node-API has no function that says so.
  static_assert(sizeof(v8::Local<v8::Object>) == sizeof(napi_value));
  return Napi::Object(env, reinterpret_cast<napi_value>(*binding));
}

}  // namespace

NODE_API_MODULE(isolane, init)

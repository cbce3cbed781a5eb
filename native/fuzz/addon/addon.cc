// The addon with a fuzzer in it, for a Node that runs nothing else: values need an engine, which
// Node's binary has and no library. Its binding has two functions more:
//
//   fuzz(receiver, target, arguments, module, memory)
//     runs libFuzzer with these arguments (the first is the name of a program) on that target, and
//     ends the process. `receiver`: any, by which native code finds its own. `module` and `memory`:
//     a WebAssembly.Module, and the SharedArrayBuffer of a WebAssembly.Memory.
//   seed(receiver, shared)
//     takes a message, and returns it as an input for the fuzzer; of a message that is or holds a
//     Shared alone, with `shared`, what is shared.
#include <napi.h>
#include <v8.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "../../binding/arguments.h"
#include "../../binding/endpoint_object.h"
#include "../../binding/node_realm.h"
#include "../../binding/realm.h"
#include "parcels.h"
#include "targets.h"

extern "C" int LLVMFuzzerRunDriver(int* argc, char*** argv,
                                   int (*run)(const uint8_t* data, size_t size));
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace isolane::fuzz {

using v8::Local;
using v8::Value;

namespace {

EndpointObject& receiver_of(Local<Value> receiver) {
  return *static_cast<EndpointObject*>(Wrapped::behind(receiver.As<v8::Object>()));
}

Target* chosen = nullptr;

// What the input is: a parcel, whose description at its front is changed less often than what is in
// it, since that means nothing without it.
bool is_description(unsigned random) { return random % 8 == 0; }

void fuzz(Arguments args) {
  v8::Isolate* isolate = args.GetIsolate();
  Realm& realm = receiver_of(args[0]).realm();
  static Parcels parcels(isolate, args[3].As<v8::WasmModuleObject>()->GetCompiledModule(),
                         args[4].As<v8::SharedArrayBuffer>()->GetBackingStore());
  static Target target(realm, parcels, text(isolate, args[1]));
  chosen = &target;

  std::vector<std::string> texts;
  Local<v8::Array> given = args[2].As<v8::Array>();
  for (uint32_t i = 0; i < given->Length(); i++) {
    texts.push_back(text(isolate, given->Get(realm.context(), i).ToLocalChecked()));
  }
  std::vector<char*> pointers;
  for (std::string& each : texts) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(texts.size());
  char** arguments = pointers.data();

  // V8 ends a process in which something is wrong by a trap, which libFuzzer does not look at.
  std::signal(SIGTRAP, [](int) { std::abort(); });
  // libFuzzer leaves by exit(), and V8's threads still run.
  on_exit([](int code, void*) { std::fflush(nullptr), std::_Exit(code); }, nullptr);
  LLVMFuzzerRunDriver(&count, &arguments, [](const uint8_t* data, size_t size) {
    chosen->run({data, size});
    return 0;
  });
  std::exit(0);
}

void seed(Arguments args) {
  v8::Isolate* isolate = args.GetIsolate();
  Parcel parcel;
  if (receiver_of(args[0]).take(parcel) != Status::kDone) return;
  const Parcel* shown = &parcel;
  if (args[1]->IsTrue()) {
    const auto& attachments = parcel.block()->attachments;
    shown = &static_cast<SharedAttachment*>(attachments[0].get())->value->parcel();
  }
  const std::vector<uint8_t> bytes = bytes_of(*shown);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, bytes.size());
  std::memcpy(buffer->Data(), bytes.data(), bytes.size());
  args.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, bytes.size()));
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> binding = NodeRealm::install(context);
  const auto add = [&](const char* name, v8::FunctionCallback callback) {
    binding
        ->Set(context, literal(isolate, name),
              v8::Function::New(context, callback).ToLocalChecked())
        .Check();
  };
  add("fuzz", fuzz);
  add("seed", seed);
  return Napi::Object(env, reinterpret_cast<napi_value>(*binding));
}

}  // namespace isolane::fuzz

// Found by libFuzzer by this name.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most,
                                          unsigned random) {
  using namespace isolane::fuzz;
  if (size < kBeforeAttachments || is_description(random)) {
    return LLVMFuzzerMutate(data, size, most);
  }
  const size_t count = data[kBeforeAttachments - 1] % (kMostAttachments + 1);
  const size_t before = kBeforeAttachments + count * kOfAttachment;
  if (size <= before) return LLVMFuzzerMutate(data, size, most);
  return before + LLVMFuzzerMutate(data + before, size - before, most - before);
}

using isolane::fuzz::init;

NODE_API_MODULE(isolane, init)

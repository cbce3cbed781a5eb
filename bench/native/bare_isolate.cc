// The least that the start of an interpreter consists of, as what Isolane's own is compared with: a
// thread, an isolate and a context on it, a script that is compiled and run, and the wake-up of
// Node's loop.
#include <node.h>
#include <uv.h>
#include <v8.h>

#include <cstdint>
#include <memory>

#include "isolate/guest_tasks.h"
#include "value/v8_compat.h"

namespace {

using v8::Context;
using v8::Isolate;
using v8::Local;
using v8::Value;

// What an interpreter's thread has by default.
constexpr size_t kStackSize = 4 << 20;

v8::ArrayBuffer::Allocator* allocator() {
  static v8::ArrayBuffer::Allocator* const one = v8::ArrayBuffer::Allocator::NewDefaultAllocator();
  return one;
}

uint64_t memory_of_the_machine() {
  static const uint64_t bytes = uv_get_total_memory();
  return bytes;
}

// Made, told of and ended on Node's thread; the isolate is only touched by its own.
class BareIsolate final {
 public:
  BareIsolate(Isolate* node, Local<Context> context, Local<v8::Function> ready)
      : node_(node),
        node_context_(node, context),
        ready_(node, ready),
        platform_(node::GetMultiIsolatePlatform(node::GetCurrentEnvironment(context))),
        tasks_(std::make_shared<isolane::GuestTasks>([] {})),
        delegate_(tasks_) {}

  void start() {
    uv_async_init(node::GetCurrentEventLoop(node_), &answered_,
                  [](uv_async_t* handle) { static_cast<BareIsolate*>(handle->data)->tell(); });
    answered_.data = this;
    uv_sem_init(&over_, 0);
    uv_thread_options_t options;
    options.flags = UV_THREAD_HAS_STACK_SIZE;
    options.stack_size = kStackSize;
    uv_thread_create_ex(
        &thread_, &options, [](void* self) { static_cast<BareIsolate*>(self)->run(); }, this);
  }

  // The last call.
  void end() {
    uv_sem_post(&over_);
    uv_thread_join(&thread_);
    uv_sem_destroy(&over_);
    uv_close(reinterpret_cast<uv_handle_t*>(&answered_),
             [](uv_handle_t* handle) { delete static_cast<BareIsolate*>(handle->data); });
  }

 private:
  void run() {
    const uint64_t begun = uv_hrtime();
    Isolate* const isolate = Isolate::Allocate();
    platform_->RegisterIsolate(isolate, &delegate_);
    Isolate::CreateParams params;
    params.array_buffer_allocator = allocator();
    params.constraints.ConfigureDefaults(memory_of_the_machine(), 0);
    Isolate::Initialize(isolate, params);
    const uint64_t isolate_made = uv_hrtime();
    {
      v8::Locker locker(isolate);
      Isolate::Scope isolate_scope(isolate);
      v8::HandleScope handle_scope(isolate);
      Local<Context> context = Context::New(isolate);
      v8::Context::Scope context_scope(context);
      const uint64_t context_made = uv_hrtime();
      Local<v8::String> source = v8::String::NewFromUtf8Literal(isolate, "1+1");
      Local<v8::Script> script = v8::Script::Compile(context, source).ToLocalChecked();
      answer_ = script->Run(context).ToLocalChecked().As<v8::Int32>()->Value();
      steps_[0] = isolate_made - begun;
      steps_[1] = context_made - isolate_made;
      steps_[2] = uv_hrtime() - context_made;
      // An isolate without a context would be something less.
      context_.Reset(isolate, context);
    }
    uv_async_send(&answered_);
    uv_sem_wait(&over_);
    dispose(isolate);
  }

  void dispose(Isolate* isolate) {
    {
      v8::Locker locker(isolate);
      Isolate::Scope isolate_scope(isolate);
      context_.Reset();
    }
    tasks_->close();
#if V8_MAJOR_VERSION >= 13
    platform_->DisposeIsolate(isolate);
#else
    platform_->UnregisterIsolate(isolate);
    isolate->Dispose();
#endif
  }

  void tell() {
    v8::HandleScope handle_scope(node_);
    Local<Context> context = node_context_.Get(node_);
    v8::Context::Scope context_scope(context);
    Local<Value> argv[4] = {v8::Integer::New(node_, answer_)};
    for (int i = 0; i < 3; i++) {
      argv[i + 1] = v8::Number::New(node_, static_cast<double>(steps_[i]) / 1e6);
    }
    (void)node::MakeCallback(node_, context->Global(), ready_.Get(node_), 4, argv, {0, 0})
        .IsEmpty();
  }

  Isolate* const node_;
  v8::Global<Context> node_context_;
  v8::Global<v8::Function> ready_;
  node::MultiIsolatePlatform* const platform_;
  const std::shared_ptr<isolane::GuestTasks> tasks_;
  isolane::GuestDelegate delegate_;
  uv_thread_t thread_;
  uv_sem_t over_;
  uv_async_t answered_;
  v8::Global<Context> context_;
  int answer_ = 0;
  uint64_t steps_[3] = {};  // nanoseconds: the isolate, the context, the script
};

// start(ready): begins one, which calls `ready(answer, isolateMs, contextMs, scriptMs)`. Returns a
// function that ends it, to be called once, after that.
void start(const v8::FunctionCallbackInfo<Value>& args) {
  Isolate* isolate = args.GetIsolate();
  Local<Context> context = isolate->GetCurrentContext();
  auto* bare = new BareIsolate(isolate, context, args[0].As<v8::Function>());
  const auto end = [](const v8::FunctionCallbackInfo<Value>& call) {
    static_cast<BareIsolate*>(isolane::compat::external_pointer(call.Data()))->end();
  };
  args.GetReturnValue().Set(
      v8::Function::New(context, end, isolane::compat::new_external(isolate, bare))
          .ToLocalChecked());
  bare->start();
}

}  // namespace

NODE_MODULE_INIT() {
  (void)module;
  NODE_SET_METHOD(exports, "start", start);
}

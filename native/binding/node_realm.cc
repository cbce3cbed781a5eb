#include "node_realm.h"

#include <uv.h>

#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "../value/v8_compat.h"
#include "code_cache_functions.h"
#include "export_functions.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// Delivered in one go before Node's loop gets its turn for other things.
constexpr size_t kDeliveries = 1024;

// startSteps(id): an array of milliseconds, in the order of StartSteps::Step.
void start_steps(Arguments args) {
  if (!args[0]->IsNumber()) return;
  const auto id = static_cast<uint64_t>(args[0].As<v8::Number>()->Value());
  const std::shared_ptr<Interpreter> interpreter = Interpreter::find(id);
  if (interpreter == nullptr) return;
  Isolate* isolate = args.GetIsolate();
  Local<Value> took[StartSteps::kCount];
  for (size_t i = 0; i < StartSteps::kCount; i++) {
    const auto step = static_cast<StartSteps::Step>(i);
    took[i] = v8::Number::New(isolate, interpreter->start_steps().ms(step));
  }
  args.GetReturnValue().Set(v8::Array::New(isolate, took, StartSteps::kCount));
}

}  // namespace

// The event loop of a Node environment.
class NodeParty final : public Party {
 public:
  explicit NodeParty(uv_loop_t* loop) : async_(new uv_async_t) {
    uv_async_init(loop, async_,
                  [](uv_async_t* async) { static_cast<NodeParty*>(async->data)->deliver(); });
    async_->data = this;
    uv_unref(handle());
  }

  void serve(Realm* realm) { realm_ = realm; }

  // Whether the loop has to go on; it does so also until what has come is delivered that its own
  // thread has sent, which nobody else could wait for.
  void keep_alive(bool on) {
    awaits_ = on;
    if (!on && has_mail()) is_due_ = true;
    update();
  }

  // `done` is called when libuv has let go of the handle, which frees itself.
  void close_handle(void (*done)(void*), void* argument) {
    struct Done {
      void (*call)(void*);
      void* argument;
    };
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    async_->data = new Done{done, argument};
    uv_close(reinterpret_cast<uv_handle_t*>(async_), [](uv_handle_t* handle) {
      std::unique_ptr<Done> done(static_cast<Done*>(handle->data));
      delete reinterpret_cast<uv_async_t*>(handle);
      done->call(done->argument);
    });
  }

 protected:
  void wake() override {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    uv_async_send(async_);
    if (std::this_thread::get_id() != thread_) return;
    is_due_ = true;
    update();
  }

 private:
  uv_handle_t* handle() const { return reinterpret_cast<uv_handle_t*>(async_); }
  void deliver() {
    realm_->deliver(kDeliveries);
    is_due_ = has_mail();
    if (is_due_) wake();
    update();
  }
  void update() {
    if (closed_) return;
    awaits_ || is_due_ ? uv_ref(handle()) : uv_unref(handle());
  }

  uv_async_t* async_;
  Realm* realm_ = nullptr;
  const std::thread::id thread_ = std::this_thread::get_id();
  bool awaits_ = false;
  bool is_due_ = false;  // the loop's own thread has sent something that is not delivered yet
  std::mutex mutex_;
  bool closed_ = false;  // guarded by mutex_: the handle is let go of
};

NodeRealm::NodeRealm(Local<v8::Context> context, std::shared_ptr<NodeParty> party,
                     node::Environment* environment)
    : Realm(Isolate::GetCurrent(), context, party, waiter_,
            node::GetMultiIsolatePlatform(environment), party->id(), nullptr),
      environment_(environment),
      node_party_(std::move(party)),
      visits_(std::make_shared<NodeVisits>(isolate(), [this] { return told_to_stop(); })) {
  node_party_->serve(this);
}

NodeRealm::~NodeRealm() = default;

Local<v8::Object> NodeRealm::install(Local<v8::Context> context) {
  Isolate* isolate = Isolate::GetCurrent();
  node::Environment* environment = node::GetCurrentEnvironment(context);
  auto party = make_party<NodeParty>(node::GetCurrentEventLoop(isolate));
  auto* realm = new NodeRealm(context, std::move(party), environment);

  // process.exit() only runs AtExit callbacks; an environment that ends otherwise runs its cleanup
  // hooks and then those. Whichever comes first shuts down; in the first case what is left goes
  // with the process.
  struct End {
    NodeRealm* realm;
    const bool of_process;
    int exit_code = 0;
    void shut_down() {
      if (realm == nullptr) return;
      realm->end();
      exit_code = realm->exit_code_;
    }
    // From Node 24 on V8 aborts when it is taken down while an isolate is left.
    bool cut_short() const { return of_process && Interpreter::any_left_behind(); }
  };
  auto* end = new End{realm, node::GetCurrentEventLoop(isolate) == uv_default_loop()};
  node::AtExit(
      environment,
      [](void* data) {
        auto* end = static_cast<End*>(data);
        end->shut_down();
        if (!end->cut_short()) return;
        // With its realm, JavaScript is still there to be asked.
        std::_Exit(end->realm == nullptr ? end->exit_code : end->realm->ask_exit_code());
      },
      end);
  node::AddEnvironmentCleanupHook(
      isolate,
      [](void* data, void (*done)(void*), void* argument) {
        auto* end = static_cast<End*>(data);
        v8::HandleScope scope(end->realm->isolate());
        end->shut_down();
        NodeRealm* realm = std::exchange(end->realm, nullptr);
        std::shared_ptr<NodeParty> party = realm->node_party_;
        delete realm;
        party->close_handle(done, argument);
      },
      end);
  Local<v8::Object> binding = realm->begin_binding();
  realm->complete_binding(binding);
  return binding;
}

std::vector<const std::vector<NamedFunction>*> NodeRealm::functions() const {
  static const std::vector<NamedFunction>* const own = new std::vector<NamedFunction>{
      {"startSteps", start_steps},
      {"setExitCode",
       [](Arguments args) {
         if (!args[0]->IsInt32()) return;
         static_cast<NodeRealm&>(Realm::of(args)).exit_code_ = args[0].As<v8::Int32>()->Value();
       }},
      {"setExitCodeReader", [](Arguments args) {
         if (!args[0]->IsFunction()) return;
         auto& realm = static_cast<NodeRealm&>(Realm::of(args));
         realm.exit_code_reader_.Reset(realm.isolate(), args[0].As<v8::Function>());
       }}};
  auto all = Realm::functions();
  all.insert(all.end(),
             {own, &node_guest_functions(), &code_cache_functions(), &export_functions()});
  return all;
}

void NodeRealm::become_guest(std::string name, uint64_t parent) {
  guest_ = std::make_shared<NodeGuest>(environment_, *this, std::move(name), parent);
  guest_->begin();
  NodeGuest::registry().add(guest_->id(), guest_);
}

void NodeRealm::end() {
  if (guest_ != nullptr) guest_->let_go();
  shut_down();
  if (guest_ != nullptr) guest_->announce_end();
  guest_.reset();
}

int NodeRealm::ask_exit_code() {
  if (exit_code_reader_.IsEmpty()) return exit_code_;
  v8::HandleScope scope(isolate());
  v8::Context::Scope context_scope(context());
  v8::TryCatch caught(isolate());
  Local<Value> code;
  const bool answered = exit_code_reader_.Get(isolate())
                            ->Call(context(), v8::Undefined(isolate()), 0, nullptr)
                            .ToLocal(&code);
  return answered && code->IsInt32() ? code.As<v8::Int32>()->Value() : exit_code_;
}

void NodeRealm::note_blocked(bool blocked) {
  if (guest_ == nullptr) return;
  guest_->set_state(blocked ? Interpreter::State::kBlocked : Interpreter::State::kRunning);
}

void NodeRealm::keep_alive(bool on) { node_party_->keep_alive(on); }

bool NodeRealm::take_up(Letter& letter, uint64_t* tag) {
  if (guest_ == nullptr) return true;
  if ((letter.type & kStoppable) != 0) {
    letter.type &= ~kStoppable;
    const std::optional<uint64_t> begun = guest_->code().calls().begin({letter.from, letter.id});
    *tag = next_code_ = begun.value_or(0);
    return begun.has_value();
  }
  if (letter.type >= kFirstRequest && letter.type <= kLastRequest) {
    next_code_ = kOtherCode;
  }
  return true;
}

void NodeRealm::call_hook(Local<v8::Function> hook, int argc, Local<Value> argv[]) {
  v8::Context::Scope scope(context());
  if (guest_ != nullptr) {
    const uint64_t code = std::exchange(next_code_, 0);
    if (guest_->ending()) return;
    // As below, but what comes after the code of a call is not to be stopped with it. Nor is it to
    // find what that has left behind: what an AsyncLocalStorage runs is kept on the resource, and
    // not taken back from there when it is stopped.
    node::CallbackScope callback_scope(isolate(), v8::Object::New(isolate()),
                                       node::async_context{0, 0});
    guest_->code().run(
        code, [&] { (void)hook->Call(context(), context()->Global(), argc, argv).IsEmpty(); });
    return;
  }
  // Runs nextTick callbacks and microtasks after, and reports what is thrown as uncaught.
  (void)node::MakeCallback(isolate(), context()->Global(), hook, argc, argv,
                           node::async_context{0, 0});
}

Clock::duration NodeRealm::watch_interval() const { return NodeVisits::kInterval; }

bool NodeRealm::told_to_stop() {
  v8::HandleScope scope(isolate());
  {
    v8::TryCatch caught(isolate());
    if (pulse_.IsEmpty()) {
      Local<v8::Script> script;
      Local<Value> made;
      if (!v8::Script::Compile(context(), literal(isolate(), "(function () {})"))
               .ToLocal(&script) ||
          !script->Run(context()).ToLocal(&made)) {
        if (caught.HasTerminated()) isolate()->TerminateExecution();
        return caught.HasTerminated();
      }
      pulse_.Reset(isolate(), made.As<v8::Function>());
    }
    // Entering a function is where V8 notices that the isolate is to terminate.
    if (!pulse_.Get(isolate())->Call(context(), v8::Undefined(isolate()), 0, nullptr).IsEmpty()) {
      return false;
    }
    if (!caught.HasTerminated()) return false;
  }
  isolate()->TerminateExecution();
  return true;
}

}  // namespace isolane

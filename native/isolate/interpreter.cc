#include "interpreter.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

#include "../core/spin.h"
#include "../value/v8_compat.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::MaybeLocal;

namespace {

// V8's limit lies this far above the end of the thread's stack: native code that V8 calls, regular
// expressions and the like need room of their own. Node's Workers keep as much.
constexpr size_t kStackReserve = 192 * 1024;

// How deep a synchronous call may go on the stack of who calls; V8's own default.
constexpr size_t kForeignStack = 984 * 1024;

// Where a context keeps its interpreter in its isolate's data.
constexpr uint32_t kInterpreterSlot = 0;

// How long a guest may ignore termination before it is written off.
constexpr auto kGrace = std::chrono::milliseconds(500);

// How long the end of an environment waits for a guest that neither ends nor collects garbage.
constexpr auto kLongestJoin = std::chrono::seconds(10);

// Raised by this much once, the heap has room to unwind after termination was asked for.
constexpr size_t kHeapReserve = size_t{4} << 30;

// Interpreters that live, by id. Leaked on purpose: threads may outlive static objects.
struct Living {
  std::mutex mutex;
  std::map<uint64_t, std::shared_ptr<Interpreter>> by_id;
};
Living& living() {
  static Living* const all = new Living;
  return *all;
}

std::atomic<bool> written_off{false};

// The interpreters that this thread runs code in, each called from the one before.
thread_local std::vector<const Interpreter*> inside;

v8::ArrayBuffer::Allocator* process_allocator() {
  // One for all, since buffers move between interpreters and outlive them.
  static v8::ArrayBuffer::Allocator* const allocator =
      v8::ArrayBuffer::Allocator::NewDefaultAllocator();
  return allocator;
}

// The lowest address of this thread's stack; 0 where the system does not say.
uintptr_t stack_end_here() {
#if defined(__linux__)
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(lowest);
#elif defined(__APPLE__)
  const pthread_t self = pthread_self();
  return reinterpret_cast<uintptr_t>(pthread_get_stackaddr_np(self)) -
         pthread_get_stacksize_np(self);
#elif defined(_WIN32)
  ULONG_PTR lowest = 0;
  ULONG_PTR highest = 0;
  GetCurrentThreadStackLimits(&lowest, &highest);
  return lowest;
#else
  return 0;
#endif
}

// For a thread that is not the interpreter's own: as deep as V8 allows by default, but not below
// the end of this thread's stack, which may be small or mostly used.
void limit_stack_here(Isolate* isolate) {
  static thread_local const uintptr_t end = stack_end_here();
  const uintptr_t here = reinterpret_cast<uintptr_t>(&isolate);
  isolate->SetStackLimit(std::max(here - kForeignStack, end == 0 ? 0 : end + kStackReserve));
}

void name_this_thread(const std::string& name) {
#if defined(__linux__)
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
#elif defined(__APPLE__)
  pthread_setname_np(name.substr(0, 63).c_str());
#else
  (void)name;
#endif
}

}  // namespace

std::shared_ptr<Interpreter> Interpreter::start(node::MultiIsolatePlatform* platform,
                                                InterpreterOptions options) {
  auto interpreter = std::make_shared<Interpreter>(platform, std::move(options));
  {
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.emplace(interpreter->id(), interpreter);
  }
  uv_thread_options_t thread;
  thread.flags = UV_THREAD_HAS_STACK_SIZE;
  thread.stack_size = interpreter->options_.stack_size;
  // The thread keeps its interpreter alive through this reference.
  auto* self = new std::shared_ptr<Interpreter>(interpreter);
  const int error = uv_thread_create_ex(
      &interpreter->thread_, &thread,
      [](void* data) {
        std::unique_ptr<std::shared_ptr<Interpreter>> self(
            static_cast<std::shared_ptr<Interpreter>*>(data));
        (*self)->run();
      },
      self);
  if (error != 0) {
    delete self;
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.erase(interpreter->id());
    return nullptr;
  }
  interpreter->joinable_ = true;
  return interpreter;
}

bool Interpreter::any_written_off() { return written_off.load(std::memory_order_acquire); }

std::shared_ptr<Interpreter> Interpreter::find(uint64_t id) {
  Living& all = living();
  std::lock_guard<std::mutex> guard(all.mutex);
  auto found = all.by_id.find(id);
  return found == all.by_id.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Interpreter>> Interpreter::all() {
  Living& all = living();
  std::lock_guard<std::mutex> guard(all.mutex);
  std::vector<std::shared_ptr<Interpreter>> list;
  for (auto& [id, interpreter] : all.by_id) list.push_back(interpreter);
  return list;
}

Interpreter& Interpreter::of(Isolate* isolate) {
  return *static_cast<Interpreter*>(isolate->GetData(kInterpreterSlot));
}

Interpreter::Interpreter(node::MultiIsolatePlatform* platform, InterpreterOptions options)
    : platform_(platform),
      options_(std::move(options)),
      loop_(make_party<Loop>()),
      tasks_(std::make_shared<GuestTasks>([loop = loop_] { loop->wake(); })),
      delegate_(tasks_) {
  correspondents_.push_back(options_.parent);
}

Interpreter::~Interpreter() = default;

bool Interpreter::post(Letter&& letter) {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ended_) return false;
    if (std::find(correspondents_.begin(), correspondents_.end(), letter.from) ==
        correspondents_.end()) {
      correspondents_.push_back(letter.from);
    }
  }
  return loop_->post(std::move(letter));
}

bool Interpreter::terminate(EndCause cause, Reason reason) {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ending_) return false;
    ending_ = true;
    cause_ = cause;
    reason_ = std::move(reason);
    patience_ = Clock::now() + kGrace;
    stopping_.store(true, std::memory_order_release);
    if (interruptible_ != nullptr) interruptible_->TerminateExecution();
  }
  waiter_.interrupt();
  loop_->wake();
  return true;
}

void Interpreter::join() {
  if (!joinable_) return;
  joinable_ = false;
  {
    std::unique_lock<std::mutex> guard(end_mutex_);
    const bool ended = has_ended_.wait_for(guard, kLongestJoin, [&] { return ended_; });
    if (!ended) written_off.store(true, std::memory_order_release);
    // Its thread is parked, or busy in a single operation of the engine: it goes with the process.
    if (!ended || written_off_) return;
  }
  uv_thread_join(&thread_);
}

void Interpreter::request(std::function<void()> work) {
  {
    std::lock_guard<std::mutex> guard(requests_mutex_);
    if (!takes_requests_) return;
    requests_.push_back(std::move(work));
  }
  // Whatever it does now leads to serve_requests(): running code, waiting in a channel, or nothing.
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (interruptible_ != nullptr) {
      interruptible_->RequestInterrupt(
          [](Isolate*, void* self) { static_cast<Interpreter*>(self)->serve_requests(); }, this);
    }
  }
  waiter_.interrupt();
  loop_->wake();
}

void Interpreter::serve_requests() {
  // Before the requests are taken: one that comes later interrupts again.
  waiter_.clear_interrupt();
  if (stopping()) waiter_.interrupt();
  std::vector<std::function<void()>> requests;
  {
    std::lock_guard<std::mutex> guard(requests_mutex_);
    requests.swap(requests_);
  }
  for (std::function<void()>& work : requests) work();
}

void Interpreter::drop_requests() {
  std::vector<std::function<void()>> requests;
  std::lock_guard<std::mutex> guard(requests_mutex_);
  takes_requests_ = false;
  requests.swap(requests_);
}

bool Interpreter::entered_here() const {
  return std::find(inside.begin(), inside.end(), this) != inside.end();
}

LocalInterpreterLock::Outcome Interpreter::enter(
    Deadline deadline, const std::function<void(Local<v8::Context>)>& code) {
  const LocalInterpreterLock::Outcome outcome = lock_.acquire(deadline);
  if (outcome != LocalInterpreterLock::Outcome::kAcquired) return outcome;
  // Not opened, or about to close: what terminates code has been used up by then, and would not end
  // what runs now.
  if (context_.IsEmpty() || stopping()) {
    lock_.release();
    return LocalInterpreterLock::Outcome::kClosed;
  }
  {
    v8::Locker locker(isolate_);
    Isolate::Scope isolate_scope(isolate_);
    const uv_thread_t here = uv_thread_self();
    const bool foreign = !uv_thread_equal(&here, &thread_);
    if (foreign) limit_stack_here(isolate_);
    v8::HandleScope handle_scope(isolate_);
    Local<v8::Context> context = context_.Get(isolate_);
    v8::Context::Scope context_scope(context);
    set_state(State::kRunning);
    inside.push_back(this);
    code(context);
    inside.pop_back();
    set_state(State::kIdle);
    // It may have set a timer, or asked for the end.
    if (foreign) loop_->wake();
  }
  lock_.release();
  return outcome;
}

void Interpreter::run() {
  name_this_thread(options_.name);
  // A local's address stands for the top of the stack, which grows down on all our platforms.
  const uintptr_t here = reinterpret_cast<uintptr_t>(&here);
  stack_limit_ = here - (options_.stack_size - kStackReserve);

  std::string failure;
  lock_.acquire(kForever);
  const bool opened = open(&failure);
  lock_.release();
  if (std::shared_ptr<Party> parent = Party::registry().find(options_.parent)) {
    Letter letter;
    letter.from = id();
    letter.type = static_cast<uint32_t>(opened ? NativeLetter::kReady : NativeLetter::kFailed);
    if (!opened) letter.body = text_parcel(failure);
    parent->post(std::move(letter));
  }
  while (opened && !stopping()) {
    loop_->wait(std::min(timer_.load(std::memory_order_relaxed), tasks_->next_due()));
    RunningParty running;
    enter(kForever, [this](Local<v8::Context>) { turn(); });
  }
  close();
  announce_end();
}

bool Interpreter::open(std::string* failure) {
  RunningParty running;
  isolate_ = Isolate::Allocate();
  platform_->RegisterIsolate(isolate_, &delegate_);
  Isolate::CreateParams params;
  params.array_buffer_allocator = process_allocator();
  // As Node does for its own isolates.
  params.constraints.ConfigureDefaults(uv_get_total_memory(), 0);
  if (options_.memory_limit != 0) {
    params.constraints.set_max_old_generation_size_in_bytes(options_.memory_limit);
  }
  Isolate::Initialize(isolate_, params);
  isolate_->SetData(kInterpreterSlot, this);

  v8::Locker locker(isolate_);
  Isolate::Scope isolate_scope(isolate_);
  isolate_->SetStackLimit(stack_limit_);
  v8::HandleScope handle_scope(isolate_);
  // Atomics.wait cannot be interrupted; a channel can.
  isolate_->SetAllowAtomicsWait(false);
  isolate_->AddNearHeapLimitCallback(near_heap_limit, this);
  isolate_->AddGCPrologueCallback(before_collection, this);
  isolate_->SetHostImportModuleDynamicallyCallback(import_dynamically);
  isolate_->SetHostInitializeImportMetaObjectCallback(initialize_import_meta);
  isolate_->SetPromiseRejectCallback([](v8::PromiseRejectMessage message) {
    Interpreter& self = of(Isolate::GetCurrent());
    if (self.guest_ != nullptr) self.guest_->promise_rejected(message);
  });
  modules_ = std::make_unique<Modules>(isolate_);
  v8::TryCatch caught(isolate_);
  Local<v8::Context> context = v8::Context::New(isolate_);
  v8::Context::Scope context_scope(context);
  guest_ = options_.make_guest(*this, context);
  if (guest_ == nullptr) {
    v8::String::Utf8Value text(isolate_, caught.Exception());
    *failure = *text != nullptr ? *text : "its own code failed";
    return false;
  }
  context_.Reset(isolate_, context);
  // Only our own code has run so far, which comes to an end; a termination in the middle of it
  // would leave the engine half made.
  std::lock_guard<std::mutex> guard(end_mutex_);
  interruptible_ = isolate_;
  if (!ending_) return true;
  *failure = "it was ended while it started";
  return false;
}

void Interpreter::turn() {
  serve_requests();
  // Tasks that come while these run wait for the next turn, so that mail gets its share.
  const Clock::time_point now = Clock::now();
  bool ran = false;
  for (int i = 0; i < 64 && !stopping(); i++) {
    std::unique_ptr<v8::Task> task = tasks_->take(now);
    if (task == nullptr) break;
    v8::HandleScope handle_scope(isolate_);
    task->Run();
    ran = true;
  }
  if (ran && !stopping()) isolate_->PerformMicrotaskCheckpoint();
  if (!stopping()) guest_->deliver();
  if (!stopping() && timer_.load(std::memory_order_relaxed) <= Clock::now()) {
    timer_.store(kForever, std::memory_order_relaxed);
    guest_->run_timers();
  }
  if (!stopping() && loop_->has_mail()) loop_->wake();
}

void Interpreter::close() {
  // Whoever runs here on a thread of its own leaves first; nobody enters after.
  lock_.acquire(kForever);
  lock_.close();
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    interruptible_ = nullptr;
    ending_ = true;  // whatever comes now comes too late
  }
  set_state(State::kClosed);
  {
    v8::Locker locker(isolate_);
    Isolate::Scope isolate_scope(isolate_);
    v8::HandleScope handle_scope(isolate_);
    if (guest_ != nullptr) guest_->stop();
    guest_.reset();
    modules_.reset();
    context_.Reset();
  }
  tasks_->close();
#if V8_MAJOR_VERSION >= 13
  platform_->DisposeIsolate(isolate_);
#else
  platform_->UnregisterIsolate(isolate_);
  isolate_->Dispose();
#endif
  isolate_ = nullptr;
  lock_.release();
}

void Interpreter::announce_end() {
  drop_requests();
  std::vector<uint64_t> correspondents;
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    ended_ = true;
    correspondents.swap(correspondents_);
    has_ended_.notify_all();
  }
  // From here on no letter is accepted, so whoever posted one before is told below.
  loop_->close();
  {
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.erase(id());
  }
  for (uint64_t party : correspondents) {
    std::shared_ptr<Party> told = Party::registry().find(party);
    if (told == nullptr) continue;
    Letter letter;
    letter.from = id();
    letter.type = static_cast<uint32_t>(NativeLetter::kEnded);
    letter.id = static_cast<uint64_t>(cause_);
    letter.body = reason_parcel(reason_);
    told->post(std::move(letter));
  }
}

// The engine compiles some loops so that they never look whether they should stop (Node 24 and 26:
// `for (;;) new Array(100).fill(1)`). They allocate, so the collector still gets to run here: this
// thread then stays parked for good, and with it what it holds, but for nobody else's harm.
void Interpreter::before_collection(Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* self = static_cast<Interpreter*>(data);
  if (!self->stopping()) return;
  const uv_thread_t here = uv_thread_self();
  // A thread of somebody else's, which is here for a synchronous call, is not ours to park.
  if (!uv_thread_equal(&here, &self->thread_)) return;
  {
    std::lock_guard<std::mutex> guard(self->end_mutex_);
    if (!self->ending_ || self->interruptible_ == nullptr || Clock::now() < self->patience_) return;
  }
  self->write_off();
}

void Interpreter::write_off() {
  written_off.store(true, std::memory_order_release);
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    interruptible_ = nullptr;
    written_off_ = true;
  }
  set_state(State::kClosed);
  lock_.close();
  tasks_->close();
  if (guest_ != nullptr) guest_->abandon();
  announce_end();
  PausedParty paused;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(24));
}

size_t Interpreter::near_heap_limit(void* data, size_t current, size_t) {
  static_cast<Interpreter*>(data)->terminate(EndCause::kMemoryLimit);
  return current + kHeapReserve;
}

MaybeLocal<v8::Promise> Interpreter::import_dynamically(Local<v8::Context>, Local<v8::Data>,
                                                        Local<v8::Value> referrer,
                                                        Local<v8::String> specifier,
                                                        Local<v8::FixedArray>) {
  return of(Isolate::GetCurrent()).guest().import(specifier, referrer);
}

void Interpreter::initialize_import_meta(Local<v8::Context>, Local<v8::Module> module,
                                         Local<v8::Object> meta) {
  Interpreter& self = of(Isolate::GetCurrent());
  self.guest().import_meta(meta, self.modules().url_of(module));
}

}  // namespace isolane

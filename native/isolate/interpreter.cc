#include "interpreter.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#include <signal.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

#include "../core/spin.h"
#include "../value/v8_compat.h"
#include "thread_name.h"

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

// How long the end of an environment waits for an interpreter: longer than it takes to write it
// off.
constexpr auto kLongestJoin = std::chrono::seconds(10);

// What the heap may grow to by default. From 2 GiB on, V8 12 and later map its built-in code once
// more for each isolate, near to that's own code: well over 1 MB of resident memory each, which is
// as much as an interpreter takes otherwise.
constexpr size_t kMostHeap = (size_t{2} << 30) - (size_t{1} << 20);

// Raised by this much once, the heap has room to unwind after termination was asked for, and to
// finish an operation of the engine in which that is not seen.
constexpr size_t kHeapReserve = size_t{1} << 30;

// Interpreters that live, by id. Leaked on purpose: threads may outlive static objects.
struct Living {
  std::mutex mutex;
  std::map<uint64_t, std::shared_ptr<Interpreter>> by_id;
};
Living& living() {
  static Living* const all = new Living;
  return *all;
}

// Threads of interpreters that were written off and have not come back.
std::atomic<int> left_behind{0};

// The interpreters that this thread runs code in, each called from the one before.
thread_local std::vector<Interpreter*> inside;

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

uint64_t total_memory() {
  // libuv reads a file to know it.
  static const uint64_t bytes = uv_get_total_memory();
  return bytes;
}

}  // namespace

std::shared_ptr<Interpreter> Interpreter::start(node::MultiIsolatePlatform* platform,
                                                InterpreterOptions options,
                                                std::vector<Letter> notices, int* error) {
  auto interpreter = std::make_shared<Interpreter>(platform, std::move(options));
  for (Letter& notice : notices) interpreter->loop_->post(std::move(notice));
  {
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.emplace(interpreter->id(), interpreter);
  }
  interpreter->start_steps_.begin();
  uv_thread_options_t thread;
  thread.flags = UV_THREAD_HAS_STACK_SIZE;
  thread.stack_size = interpreter->options_.stack_size;
  // The thread keeps its interpreter alive through this reference.
  auto* self = new std::shared_ptr<Interpreter>(interpreter);
  *error = uv_thread_create_ex(
      &interpreter->thread_, &thread,
      [](void* data) {
        std::unique_ptr<std::shared_ptr<Interpreter>> self(
            static_cast<std::shared_ptr<Interpreter>*>(data));
        (*self)->run();
      },
      self);
  if (*error != 0) {
    delete self;
    interpreter->lock_.close();
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.erase(interpreter->id());
    return nullptr;
  }
  interpreter->joinable_ = true;
  return interpreter;
}

bool Interpreter::any_left_behind() { return left_behind.load(std::memory_order_acquire) != 0; }

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
      delegate_(tasks_),
      name_(options_.name),
      reserved_(options_.reserved),
      code_(*this) {
  correspondents_.add(options_.parent);
}

Interpreter::~Interpreter() = default;

bool Interpreter::post(Letter&& letter) {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ended_) return false;
    correspondents_.add(letter.from);
  }
  // Should it close its mailbox meanwhile, the end that the sender is told of is the answer.
  (void)loop_->post(std::move(letter));
  return true;
}

bool Interpreter::watch(uint64_t party) {
  std::lock_guard<std::mutex> guard(end_mutex_);
  if (!ended_) correspondents_.add(party);
  return !ended_;
}

std::chrono::nanoseconds Interpreter::cpu_time() const {
  std::lock_guard<std::mutex> guard(end_mutex_);
  return ended_ ? cpu_time_ : clock_.used();
}

bool Interpreter::terminate(EndCause cause, Reason reason) {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ending_) return false;
    ending_ = true;
    cause_ = cause;
    reason_ = std::move(reason);
    stopping_.store(true, std::memory_order_release);
    if (interruptible_ != nullptr) interruptible_->TerminateExecution();
  }
  waiter_.interrupt();
  loop_->wake();
  code_.stop_inner_call();
  Watchdog::at(Clock::now() + kGrace, if_alive(*this, [this] { supervise_end(); }));
  return true;
}

std::optional<Ending> Interpreter::ending() const {
  std::lock_guard<std::mutex> guard(end_mutex_);
  if (!ending_ && !stopping()) return std::nullopt;
  return Ending{cause_, reason_};
}

void Interpreter::join() {
  if (!joinable_) return;
  joinable_ = false;
  {
    std::unique_lock<std::mutex> guard(end_mutex_);
    has_ended_.wait_for(guard, kLongestJoin, [&] { return ended_; });
    // Its thread is parked, or busy in a single operation of the engine: it comes back by itself,
    // or goes with the process.
    if (!ended_ || written_off_) return;
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

bool Interpreter::serve_requests() {
  code_.note_safe_point();
  // Before the requests are taken: one that comes later interrupts again.
  waiter_.clear_interrupt();
  if (stopping()) waiter_.interrupt();
  std::vector<std::function<void()>> requests;
  {
    std::lock_guard<std::mutex> guard(requests_mutex_);
    requests.swap(requests_);
  }
  if (!requests.empty()) {
    code_.serve([&] {
      for (std::function<void()>& work : requests) work();
    });
  }
  return !stopping() && code_.goes_on();
}

void Interpreter::on_own_thread(std::function<void()> work) {
  is_own_thread() ? work() : tasks_->post(std::move(work));
}

bool Interpreter::is_own_thread() const {
  const uv_thread_t here = uv_thread_self();
  return uv_thread_equal(&here, &thread_) != 0;
}

void Interpreter::drop_requests() {
  std::vector<std::function<void()>> requests;
  std::lock_guard<std::mutex> guard(requests_mutex_);
  takes_requests_ = false;
  requests.swap(requests_);
}

void Interpreter::supervise_end() {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ended_) return;
  }
  if (code_.condemn()) write_off();
  Watchdog::at(Clock::now() + kGrace, if_alive(*this, [this] { supervise_end(); }));
}

std::string Interpreter::name() const {
  std::lock_guard<std::mutex> guard(name_mutex_);
  return name_;
}

bool Interpreter::claim(const std::string& name) {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ending_ || interruptible_ == nullptr) return false;
  }
  {
    std::lock_guard<std::mutex> guard(name_mutex_);
    name_ = name;
  }
  // A thread can only name itself everywhere.
  if (!name.empty()) {
    request([this, name] { on_own_thread([this, name] { name_this_thread(name, id()); }); });
  }
  return reserved_.exchange(false, std::memory_order_acq_rel);
}

bool Interpreter::entered_here() const {
  return std::find(inside.begin(), inside.end(), this) != inside.end();
}

std::vector<uint64_t> Interpreter::all_entered_here() {
  std::vector<uint64_t> ids;
  for (const Interpreter* each : inside) ids.push_back(each->id());
  return ids;
}

void Interpreter::stop_all_entered_here() {
  for (Interpreter* each : inside) each->code_.stop_all();
}

LocalInterpreterLock::Outcome Interpreter::enter(
    Deadline deadline, const std::function<void(Local<v8::Context>)>& code) {
  const LocalInterpreterLock::Outcome outcome = lock_.acquire(deadline);
  if (outcome != LocalInterpreterLock::Outcome::kAcquired) return outcome;
  // It failed to open, or is about to close: what terminates code has been used up by then, and
  // would not end what runs now.
  if (context_.IsEmpty() || stopping()) {
    lock_.release();
    return LocalInterpreterLock::Outcome::kClosed;
  }
  {
    v8::Locker locker(isolate_);
    Isolate::Scope isolate_scope(isolate_);
    const bool foreign = !is_own_thread();
    if (foreign) limit_stack_here(isolate_);
    v8::HandleScope handle_scope(isolate_);
    Local<v8::Context> context = context_.Get(isolate_);
    v8::Context::Scope context_scope(context);
    set_state(State::kRunning);
    inside.push_back(this);
    const Deadline timer_before = timer_.load(std::memory_order_relaxed);
    code_.watch_leftovers();
    code(context);
    inside.pop_back();
    set_state(State::kIdle);
    // Its own thread sleeps on, and costs nobody a switch, unless it has to learn of something.
    const bool timer_set = timer_.load(std::memory_order_relaxed) != timer_before;
    if (foreign && (timer_set || stopping())) loop_->wake();
  }
  lock_.release();
  return outcome;
}

void Interpreter::run() {
  start_steps_.done(StartSteps::kThread);
  name_this_thread(options_.name, id());
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    clock_ = ThreadClock::of_this_thread();
  }
  // A local's address stands for the top of the stack, which grows down on all our platforms.
  const uintptr_t here = reinterpret_cast<uintptr_t>(&here);
  stack_limit_ = here - (options_.stack_size - kStackReserve);

  const bool opened = open();
  lock_.release();
  while (opened && !stopping()) {
    RunningParty running;
    loop_->wait(std::min(
        {timer_.load(std::memory_order_relaxed), tasks_->next_due(), cpu_profiles_.patience()}));
    enter(kForever, [this](Local<v8::Context>) { turn(); });
  }
  close();
  announce_end();
  std::lock_guard<std::mutex> guard(end_mutex_);
  if (written_off_) left_behind.fetch_sub(1, std::memory_order_release);
}

bool Interpreter::open() {
  RunningParty running;
  isolate_ = Isolate::Allocate();
  platform_->RegisterIsolate(isolate_, &delegate_);
  Isolate::CreateParams params;
  if (options_.memory_limit != 0) {
    memory_limit_ = std::make_unique<MemoryLimit>(*this, options_.memory_limit);
    memory_limit_->configure(&params);
  } else {
    params.array_buffer_allocator = unlimited_allocator();
    // As Node does for its own isolates, up to a limit.
    params.constraints.ConfigureDefaults(total_memory(), 0);
    params.constraints.set_max_old_generation_size_in_bytes(
        std::min(params.constraints.max_old_generation_size_in_bytes(), kMostHeap));
  }
  Isolate::Initialize(isolate_, params);
  start_steps_.done(StartSteps::kIsolate);
  isolate_->SetData(kInterpreterSlot, this);

  v8::Locker locker(isolate_);
  Isolate::Scope isolate_scope(isolate_);
  isolate_->SetStackLimit(stack_limit_);
  v8::HandleScope handle_scope(isolate_);
  // Atomics.wait cannot be interrupted; a channel can.
  isolate_->SetAllowAtomicsWait(false);
  isolate_->AddNearHeapLimitCallback(near_heap_limit, this);
  isolate_->SetOOMErrorHandler(out_of_memory);
  isolate_->AddGCPrologueCallback(before_collection, this);
  if (memory_limit_ != nullptr) {
    isolate_->AddGCEpilogueCallback(after_collection, this, v8::kGCTypeMarkSweepCompact);
  }
  isolate_->SetHostImportModuleDynamicallyCallback(import_dynamically);
  isolate_->SetHostInitializeImportMetaObjectCallback(initialize_import_meta);
  isolate_->SetPromiseRejectCallback([](v8::PromiseRejectMessage message) {
    Interpreter& self = of(Isolate::GetCurrent());
    if (self.guest_ != nullptr) self.guest_->promise_rejected(message);
  });
  modules_ = std::make_unique<Modules>(isolate_);
  v8::TryCatch caught(isolate_);
  Local<v8::Context> context = v8::Context::New(isolate_);
  start_steps_.done(StartSteps::kContext);
  // Now, so that the first call is on its way while our own code runs.
  post_to(options_.parent, native_letter(id(), NativeLetter::kBegun));
  v8::Context::Scope context_scope(context);
  guest_ = options_.make_guest(*this, context);
  if (guest_ == nullptr) {
    v8::String::Utf8Value text(isolate_, caught.Exception());
    terminate(EndCause::kTerminated, text_reason(*text != nullptr ? *text : "its own code failed"));
    return false;
  }
  context_.Reset(isolate_, context);
  start_steps_.done(StartSteps::kGuest);
  // Only our own code has run so far, which comes to an end; a termination in the middle of it
  // would leave the engine half made.
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    interruptible_ = isolate_;
    if (ending_) return false;
  }
  // What was requested before that has interrupted nothing.
  serve_requests();
  return !stopping();
}

bool Interpreter::has_work() const {
  return loop_->has_mail() ||
         std::min(timer_.load(std::memory_order_relaxed), tasks_->next_due()) <= Clock::now();
}

void Interpreter::turn() {
  serve_requests();
  if (cpu_profiles_.recording()) {
    if (!has_work()) return cpu_profiles_.sleep(isolate_);
    cpu_profiles_.wake(isolate_);
  }
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
  if (code_.leave() && !stopping()) guest_->microtasks_dropped();
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
    std::unique_lock<std::mutex> guard(end_mutex_);
    is_abandoned_.wait(guard, [&] { return !abandoning_; });
    interruptible_ = nullptr;
    ending_ = true;  // whatever comes now comes too late
  }
  set_state(State::kClosed);
  {
    v8::Locker locker(isolate_);
    Isolate::Scope isolate_scope(isolate_);
    v8::HandleScope handle_scope(isolate_);
    cpu_profiles_.stop_all(isolate_);
    if (guest_ != nullptr) guest_->stop();
    guest_.reset();
    code_.own_code().close();
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
  code_.calls().clear();
  std::vector<uint64_t> correspondents;
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    if (ended_) return;
    cpu_time_ = clock_.used();
    ended_ = true;
    // While it is still found by its id, so that whoever asks learns of its end in one way or
    // other.
    keep_ending(id(), {cause_, reason_});
    correspondents = correspondents_.take();
    has_ended_.notify_all();
  }
  // From here on no letter is accepted, so whoever posted one before is told below.
  loop_->close();
  {
    Living& all = living();
    std::lock_guard<std::mutex> guard(all.mutex);
    all.by_id.erase(id());
  }
  tell_end(id(), {cause_, reason_}, correspondents, cpu_time_);
}

// The engine compiles some loops so that they never look whether they should stop (Node 24 and 26:
// `for (;;) new Array(100).fill(1)`). They allocate, so the collector still gets to run here: this
// thread then stays parked for good, and with it what it holds, but for nobody else's harm.
void Interpreter::before_collection(Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* self = static_cast<Interpreter*>(data);
  // A thread of somebody else's, which is here for a synchronous call, is not ours to park.
  if (self->code_.is_condemned() && self->is_own_thread() && self->write_off()) self->stay();
}

bool Interpreter::write_off() {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    // Not yet open, or closing: then our own code runs, which comes to an end.
    if (ended_ || written_off_ || interruptible_ == nullptr) return written_off_;
    if (!ending_) cause_ = EndCause::kUnresponsive;
    written_off_ = true;
    abandoning_ = true;
    ending_ = true;
    left_behind.fetch_add(1, std::memory_order_release);
    stopping_.store(true, std::memory_order_release);
    interruptible_->TerminateExecution();
  }
  // Without the mutex: what is ended now may be a caller of this interpreter, and asks it things.
  guest_->abandon();
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    abandoning_ = false;
    is_abandoned_.notify_all();
  }
  leave_behind();
  return true;
}

void Interpreter::leave_behind() {
  set_state(State::kClosed);
  lock_.close();
  loop_->wake();
  announce_end();
}

void Interpreter::end_halfway() {
  {
    std::lock_guard<std::mutex> guard(end_mutex_);
    ending_ = true;
    written_off_ = true;
    left_behind.fetch_add(1, std::memory_order_release);
  }
  leave_behind();
}

void Interpreter::stay() {
#if !defined(_WIN32)
  // Nor does the profiler's signal have anything to see here any more.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
#endif
  PausedParty paused;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(24));
}

size_t Interpreter::near_heap_limit(void* data, size_t current, size_t) {
  auto* self = static_cast<Interpreter*>(data);
  if (self->memory_limit_ != nullptr && self->memory_limit_->is_refusal_of_buffer(current)) {
    return current;
  }
  const bool first = !self->heap_was_raised_;
  self->heap_was_raised_ = true;
  self->terminate(EndCause::kMemoryLimit);
  return first ? current + kHeapReserve : current;
}

void Interpreter::after_collection(Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  static_cast<Interpreter*>(data)->memory_limit_->look_after_collection();
}

// One allocation was larger than all there is. The engine ends the process when this returns: so
// this thread stays here for good. Somebody else's thread cannot, and takes the process with it.
void Interpreter::out_of_memory(const char*, const v8::OOMDetails&) {
  Interpreter& self = of(Isolate::GetCurrent());
  if (!self.is_own_thread()) return;
  self.terminate(EndCause::kMemoryLimit);
  if (!self.write_off()) self.end_halfway();
  self.stay();
}

MaybeLocal<v8::Promise> Interpreter::import_dynamically(Local<v8::Context> context,
                                                        Local<v8::Data> options,
                                                        Local<v8::Value> referrer,
                                                        Local<v8::String> specifier,
                                                        Local<v8::FixedArray> attributes) {
  Isolate* isolate = Isolate::GetCurrent();
  std::vector<Local<v8::Value>> parts;
  for (int i = 0; i < attributes->Length(); i++) {
    parts.push_back(compat::at(context, attributes, i).As<v8::Value>());
  }
  return of(isolate).guest().import(specifier, referrer_of(context, options, referrer),
                                    v8::Array::New(isolate, parts.data(), parts.size()));
}

void Interpreter::initialize_import_meta(Local<v8::Context>, Local<v8::Module> module,
                                         Local<v8::Object> meta) {
  Interpreter& self = of(Isolate::GetCurrent());
  self.guest().import_meta(meta, self.modules().url_of(module));
}

}  // namespace isolane

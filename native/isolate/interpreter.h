// One interpreter: a V8 isolate with a thread, a lock and a loop of its own.
#pragma once

#include <node.h>
#include <uv.h>
#include <v8.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../core/waiter.h"
#include "../core/watchdog.h"
#include "../value/reason.h"
#include "code_control.h"
#include "cpu_profiles.h"
#include "endings.h"
#include "guest_tasks.h"
#include "letters.h"
#include "local_interpreter_lock.h"
#include "loop.h"
#include "memory_limit.h"
#include "modules.h"
#include "start_steps.h"
#include "thread_clock.h"

namespace isolane {

class Interpreter;

// The JavaScript side of an interpreter, which native/binding provides. All of it is called inside
// the interpreter, holding its lock.
class Guest {
 public:
  virtual ~Guest() = default;
  // Delivers mail until there is none, or somebody else wants the lock.
  virtual void deliver() = 0;
  virtual void run_timers() = 0;
  // `attributes`: keys and values in turn.
  virtual v8::MaybeLocal<v8::Promise> import(v8::Local<v8::String> specifier,
                                             v8::Local<v8::Value> referrer,
                                             v8::Local<v8::Array> attributes) = 0;
  virtual void import_meta(v8::Local<v8::Object> meta, v8::Local<v8::String> url) = 0;
  virtual void promise_rejected(const v8::PromiseRejectMessage& message) = 0;
  // A call was stopped, and with it microtasks may have been dropped that are others'.
  virtual void microtasks_dropped() = 0;
  // The last call: gives up all endpoints and ends the interpreters that this one created.
  virtual void stop() = 0;
  // When the interpreter's thread may never come back: gives up the same, without touching the
  // engine. Any thread; stop() may still follow.
  virtual void abandon() = 0;
};

struct InterpreterOptions {
  std::string name;
  size_t stack_size = 4 << 20;  // bytes of the thread's stack
  // Bytes of JavaScript heap, buffers and external memory; 0: the engine's default for the heap.
  size_t memory_limit = 0;
  bool deny_modules = false;  // nothing but `isolane` can be imported
  uint64_t parent = 0;        // the party that creates it
  uint64_t host = 0;          // the Node environment that serves its modules and console
  bool reserved = false;      // made before it is wanted, and nobody's until claim()
  // Makes the JavaScript side, in the new context; null with an exception pending if that failed.
  std::function<std::unique_ptr<Guest>(Interpreter&, v8::Local<v8::Context>)> make_guest;
};

// How long a guest may ignore that it is to stop, and whoever asked for that waits at the longest.
// After that its thread is parked as soon as it collects garbage; after as long again it is written
// off wherever it is.
constexpr auto kGrace = std::chrono::milliseconds(500);

class Interpreter final : public std::enable_shared_from_this<Interpreter> {
 public:
  enum class State : uint8_t { kIdle, kRunning, kBlocked, kClosed };

  // Starts the thread; `begun` is posted to the parent as soon as it has a context. What comes
  // from then on waits until it is open: posting, locking and ending need no more. Any thread. The
  // platform is Node's, and the same for all. `notices` come before all other letters. Null, and
  // libuv's error, if the system has no thread for it.
  static std::shared_ptr<Interpreter> start(node::MultiIsolatePlatform* platform,
                                            InterpreterOptions options, std::vector<Letter> notices,
                                            int* error);
  // Any thread. Whether the thread of an interpreter that was written off is still there: the
  // engine then cannot be taken down.
  static bool any_left_behind();
  // Any thread. Those that have ended are not found.
  static std::shared_ptr<Interpreter> find(uint64_t id);
  static std::vector<std::shared_ptr<Interpreter>> all();  // in order of id
  // The interpreter that `isolate` belongs to, which must be one of ours.
  static Interpreter& of(v8::Isolate* isolate);

  Interpreter(node::MultiIsolatePlatform* platform, InterpreterOptions options);
  ~Interpreter();

  // Any thread.
  uint64_t id() const { return loop_->id(); }
  const InterpreterOptions& options() const { return options_; }
  std::string name() const;
  bool reserved() const { return reserved_.load(std::memory_order_acquire); }
  // One that was reserved is wanted now, under this name. False if it is not there any more.
  bool claim(const std::string& name);
  // Where it waits, or did last, when its state is kBlocked: a channel, or several in a select.
  static constexpr uint64_t kSelect = 0;
  uint64_t blocked_channel() const { return blocked_in_.load(std::memory_order_relaxed) >> 1; }
  Side blocked_side() const {
    return static_cast<Side>(blocked_in_.load(std::memory_order_relaxed) & 1);
  }
  State state() const { return state_.load(std::memory_order_relaxed); }
  const std::shared_ptr<Loop>& loop() const { return loop_; }
  LocalInterpreterLock& lock() { return lock_; }
  // To be read once it has answered something.
  const StartSteps& start_steps() const { return start_steps_; }
  // Delivers a letter, and remembers its sender so that it learns of the end. False after the end.
  bool post(Letter&& letter);
  // Remembers a party that is to learn of the end. False after the end.
  bool watch(uint64_t party);
  // What its own thread has used so far, or until its end.
  std::chrono::nanoseconds cpu_time() const;
  // Ends it now, whatever it does. False if it has ended or is ending already.
  bool terminate(EndCause cause, Reason reason = {});
  // How it has ended, or does at present; nothing while it lives.
  std::optional<Ending> ending() const;
  // It ignored that it was to stop: nothing that it has is waited for any more. Any thread.
  // Whether that is so now.
  bool write_off();
  // Waits until it has ended, after terminate() or finish(). Once, by its parent.
  void join();
  // Has `work` run once inside the interpreter, on whichever thread is there, at the next safe
  // point: soon, even if its code is endless or waits in a channel. It must not run JavaScript. If
  // the interpreter ends before, `work` is destroyed without having run.
  void request(std::function<void()> work);
  // From a request: runs `work` on the interpreter's own thread, which is now or, while a foreign
  // one is inside, in the loop's next turn; or destroys it, as request() does.
  void on_own_thread(std::function<void()> work);

  CodeControl& code() { return code_; }

  // Whether the calling thread is its own.
  bool is_own_thread() const;
  // Whether the calling thread is inside already, be it further up its stack.
  bool entered_here() const;
  // The ids of those that the calling thread runs code in, each called from the one before.
  static std::vector<uint64_t> all_entered_here();
  // Stops the code of all of these, as if it had been told to. Where requests are served.
  static void stop_all_entered_here();
  // Takes the lock and runs `code` inside, on this thread.
  LocalInterpreterLock::Outcome enter(Deadline deadline,
                                      const std::function<void(v8::Local<v8::Context>)>& code);

  // Inside the interpreter, holding its lock.

  v8::Isolate* isolate() const { return isolate_; }
  // Null without one.
  MemoryLimit* memory_limit() { return memory_limit_.get(); }
  Guest& guest() { return *guest_; }
  Modules& modules() { return *modules_; }
  CpuProfiles& cpu_profiles() { return cpu_profiles_; }
  ThreadWaiter& waiter() { return waiter_; }
  // Its code waits in a channel, until set_unblocked().
  void set_blocked(uint64_t channel, Side side) {
    blocked_in_.store(channel << 1 | static_cast<uint64_t>(side), std::memory_order_relaxed);
    set_state(State::kBlocked);
  }
  // Its code goes on.
  void set_unblocked() {
    set_state(State::kRunning);
    code_.watch_leftovers();
  }
  void set_state(State state) { state_.store(state, std::memory_order_relaxed); }
  // Does what was requested; called at safe points. Whether the code that runs is to go on.
  bool serve_requests();
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  void set_timer(Deadline deadline) { timer_.store(deadline, std::memory_order_relaxed); }
  void finish() { stopping_.store(true, std::memory_order_release); }

 private:
  void run();  // the whole life, on its own thread
  bool open();
  void turn();
  bool has_work() const;
  void close();
  void drop_requests();
  void announce_end();

  // On the watchdog's thread: sees to it that it ends.
  void supervise_end();
  // To all others it has ended.
  void leave_behind();
  // It had no memory to open with, or to close.
  void end_halfway();
  // The thread's, for good.
  [[noreturn]] void stay();

  static void before_collection(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags,
                                void* data);
  static void after_collection(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags,
                               void* data);
  static void out_of_memory(const char* where, const v8::OOMDetails& details);
  static size_t near_heap_limit(void* data, size_t current, size_t initial);
  static v8::MaybeLocal<v8::Promise> import_dynamically(v8::Local<v8::Context> context,
                                                        v8::Local<v8::Data> options,
                                                        v8::Local<v8::Value> referrer,
                                                        v8::Local<v8::String> specifier,
                                                        v8::Local<v8::FixedArray> attributes);
  static void initialize_import_meta(v8::Local<v8::Context> context, v8::Local<v8::Module> module,
                                     v8::Local<v8::Object> meta);

  node::MultiIsolatePlatform* const platform_;
  const InterpreterOptions options_;
  const std::shared_ptr<Loop> loop_;
  const std::shared_ptr<GuestTasks> tasks_;
  GuestDelegate delegate_;
  LocalInterpreterLock lock_;
  ThreadWaiter waiter_;
  uv_thread_t thread_{};
  bool joinable_ = false;
  uintptr_t stack_limit_ = 0;
  StartSteps start_steps_;

  std::atomic<State> state_{State::kIdle};
  std::atomic<uint64_t> blocked_in_{0};  // the channel's id and the side
  std::atomic<bool> stopping_{false};
  std::atomic<Deadline> timer_{kForever};  // when the guest's next timer is due

  mutable std::mutex name_mutex_;
  std::string name_;  // guarded by name_mutex_
  std::atomic<bool> reserved_;

  CodeControl code_;

  std::mutex requests_mutex_;
  std::vector<std::function<void()>> requests_;  // guarded by requests_mutex_
  bool takes_requests_ = true;                   // likewise

  mutable std::mutex end_mutex_;  // guards what follows
  ThreadClock clock_;
  std::chrono::nanoseconds cpu_time_{};  // at the end
  bool ending_ = false;
  bool ended_ = false;
  bool written_off_ = false;
  bool abandoning_ = false;  // the guest must not go meanwhile
  std::condition_variable is_abandoned_;
  std::condition_variable has_ended_;
  EndCause cause_ = EndCause::kClosed;
  Reason reason_;
  Correspondents correspondents_;
  v8::Isolate* interruptible_ = nullptr;  // the isolate while it may be told to terminate

  // Only inside the interpreter.
  std::unique_ptr<MemoryLimit> memory_limit_;  // null without one
  bool heap_was_raised_ = false;
  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  std::unique_ptr<Guest> guest_;
  std::unique_ptr<Modules> modules_;
  CpuProfiles cpu_profiles_;
};

}  // namespace isolane

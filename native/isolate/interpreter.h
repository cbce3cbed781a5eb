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
#include <string>
#include <vector>

#include "../core/waiter.h"
#include "../value/reason.h"
#include "guest_tasks.h"
#include "local_interpreter_lock.h"
#include "loop.h"
#include "modules.h"

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
  virtual v8::MaybeLocal<v8::Promise> import(v8::Local<v8::String> specifier,
                                             v8::Local<v8::Value> referrer) = 0;
  virtual void import_meta(v8::Local<v8::Object> meta, v8::Local<v8::String> url) = 0;
  virtual void promise_rejected(const v8::PromiseRejectMessage& message) = 0;
  // The last call: gives up all endpoints and ends the interpreters that this one created.
  virtual void stop() = 0;
  // The last call in place of stop() when the engine will never come back: gives up the same
  // without touching the engine.
  virtual void abandon() = 0;
};

struct InterpreterOptions {
  std::string name;
  size_t stack_size = 4 << 20;  // bytes of the thread's stack
  size_t memory_limit = 0;      // bytes of JavaScript heap; 0: the engine's default
  uint64_t parent = 0;          // the party that creates it
  uint64_t host = 0;            // the Node environment that serves its modules and console
  // Makes the JavaScript side, in the new context; null with an exception pending if that failed.
  std::function<std::unique_ptr<Guest>(Interpreter&, v8::Local<v8::Context>)> make_guest;
};

// Why an interpreter ended; the `id` of its last letter. The numbers are those of EndCause in
// src/binding/binding.ts.
enum class EndCause : uint64_t { kClosed = 0, kTerminated = 1, kMemoryLimit = 2 };

// Letters that native code posts by itself; see NativeLetter in src/binding/binding.ts.
enum class NativeLetter : uint32_t { kReady = 1, kFailed = 2, kEnded = 3 };

class Interpreter final : public std::enable_shared_from_this<Interpreter> {
 public:
  enum class State : uint8_t { kIdle, kRunning, kBlocked, kClosed };

  // Starts the thread; `ready` or `failed` is posted to the parent. Any thread. The platform is
  // Node's, and the same for all.
  static std::shared_ptr<Interpreter> start(node::MultiIsolatePlatform* platform,
                                            InterpreterOptions options);
  // Any thread. Whether a guest was written off: the engine then cannot be taken down any more.
  static bool any_written_off();
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
  State state() const { return state_.load(std::memory_order_relaxed); }
  const std::shared_ptr<Loop>& loop() const { return loop_; }
  LocalInterpreterLock& lock() { return lock_; }
  // Delivers a letter, and remembers its sender so that it learns of the end. False after the end.
  bool post(Letter&& letter);
  // Ends it now, whatever it does. False if it has ended or is ending already.
  bool terminate(EndCause cause, Reason reason = {});
  // Waits until it has ended, after terminate() or finish(). Once, by its parent.
  void join();
  // Has `work` run once inside the interpreter, on whichever thread is there, at the next safe
  // point: soon, even if its code is endless or waits in a channel. It must not run JavaScript. If
  // the interpreter ends before, `work` is destroyed without having run.
  void request(std::function<void()> work);
  // Whether the calling thread is inside already, be it further up its stack.
  bool entered_here() const;
  // Takes the lock and runs `code` inside, on this thread.
  LocalInterpreterLock::Outcome enter(Deadline deadline,
                                      const std::function<void(v8::Local<v8::Context>)>& code);

  // Inside the interpreter, holding its lock.
  v8::Isolate* isolate() const { return isolate_; }
  Guest& guest() { return *guest_; }
  Modules& modules() { return *modules_; }
  ThreadWaiter& waiter() { return waiter_; }
  void set_state(State state) { state_.store(state, std::memory_order_relaxed); }
  // Does what was requested; called at safe points.
  void serve_requests();
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  void set_timer(Deadline deadline) { timer_.store(deadline, std::memory_order_relaxed); }
  void finish() { stopping_.store(true, std::memory_order_release); }

 private:
  void run();  // the whole life, on its own thread
  bool open(std::string* failure);
  void turn();
  void close();
  void drop_requests();
  void announce_end();
  void write_off();

  static void before_collection(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags,
                                void* data);
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

  std::atomic<State> state_{State::kIdle};
  std::atomic<bool> stopping_{false};
  std::atomic<Deadline> timer_{kForever};  // when the guest's next timer is due

  std::mutex requests_mutex_;
  std::vector<std::function<void()>> requests_;  // guarded by requests_mutex_
  bool takes_requests_ = true;                   // likewise

  std::mutex end_mutex_;  // guards what follows
  bool ending_ = false;
  bool ended_ = false;
  bool written_off_ = false;
  std::condition_variable has_ended_;
  Deadline patience_ = kForever;  // until when termination may take its time
  EndCause cause_ = EndCause::kClosed;
  Reason reason_;
  std::vector<uint64_t> correspondents_;  // who is told of the end
  v8::Isolate* interruptible_ = nullptr;  // the isolate while it may be told to terminate

  // Only inside the interpreter.
  v8::Isolate* isolate_ = nullptr;
  v8::Global<v8::Context> context_;
  std::unique_ptr<Guest> guest_;
  std::unique_ptr<Modules> modules_;
};

}  // namespace isolane

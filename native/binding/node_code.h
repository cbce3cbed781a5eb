// The calls of a Node guest that may be stopped.
#pragma once

#include <v8.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "../core/clock.h"
#include "../core/waiter.h"
#include "../isolate/call_table.h"
#include "../isolate/watchdog.h"

namespace isolane {

class NodeGuest;

// Sees to it that calls end when they have taken too long, or are not wanted any more.
//
// What can be stopped alone is the code that runs as the letter of the call is delivered, up to its
// first await: it stands directly on the event loop. What promises lead to runs among Node's own
// microtasks, all of which V8 drops when it stops one. So a call that goes on there when it was
// told to stop, and does not let the loop turn for a while, takes the whole guest with it.
class NodeCalls {
 public:
  NodeCalls(NodeGuest& guest, v8::Isolate* isolate, ThreadWaiter& waiter);

  // Any thread; see Interpreter.
  void expect(CallKey key, CallLimits limits);
  void forget(CallKey key) { table_.forget(key); }
  bool cancel(CallKey key, CancelCause cause);

  // The rest is for the guest's own thread.

  // The tag of the call; nothing if it was cancelled before.
  std::optional<uint64_t> begin(CallKey key);
  // Runs code of the call with that tag; kOtherCode: of a call that cannot be stopped; 0: of
  // whoever.
  void run(uint64_t tag, const std::function<void()>& code);
  void end(uint64_t tag);
  // The isolate is about to go.
  void clear();

  static constexpr uint64_t kOtherCode = UINT64_MAX;

 private:
  void watch(Deadline look);
  void look();
  void finish_cancel(const CallTable::Cancelled& cancelled);
  void tell_caller(const CallTable::Cancelled& cancelled);
  void stop_code_of(uint64_t tag);
  void supervise(uint64_t tag, Clock::time_point since);
  // For the watchdog: only if the guest still lives then.
  std::function<void()> if_alive(std::function<void()> action);

  NodeGuest& guest_;
  v8::Isolate* const isolate_;
  ThreadWaiter& waiter_;
  CallTable table_;

  Alarm next_look_;  // at calls that may be overdue

  std::mutex run_mutex_;
  bool gone_ = false;     // guarded by run_mutex_, as is what follows
  uint64_t running_ = 0;  // whose code runs: a tag, kOtherCode, or 0 if that cannot be told
  bool stopped_ = false;  // it was told to stop
};

}  // namespace isolane

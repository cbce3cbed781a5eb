// Whose code runs in a Node guest, and how the code of a call is stopped.
#pragma once

#include <v8.h>

#include <cstdint>
#include <functional>
#include <mutex>

#include "../core/clock.h"
#include "../core/waiter.h"
#include "../isolate/calls.h"

namespace isolane {

class NodeGuest;

// What can be stopped alone is the code that runs as the letter of the call is delivered, up to its
// first await: it stands directly on the event loop. What promises lead to runs among Node's own
// microtasks, all of which V8 drops when it stops one. So a call that goes on there when it was
// told to stop, and does not let the loop turn for a while, takes the whole guest with it.
class NodeCode final : private Calls::Owner {
 public:
  NodeCode(NodeGuest& guest, v8::Isolate* isolate, ThreadWaiter& waiter);

  // Any thread.
  Calls& calls() { return calls_; }

  // The rest is for the guest's own thread.

  // Runs code of the call with that tag; kOtherCode: of a call that cannot be stopped; 0: of
  // whoever.
  void run(uint64_t tag, const std::function<void()>& code);
  // The isolate is about to go.
  void close();

 private:
  void stop_call(uint64_t tag) override;
  std::function<void()> if_alive(std::function<void()> action) override;

  // On the watchdog's thread: sees to it that what was told to stop does.
  void supervise(uint64_t tag, Clock::time_point since);
  void look_again(uint64_t tag, Clock::time_point since);

  NodeGuest& guest_;
  v8::Isolate* const isolate_;
  ThreadWaiter& waiter_;
  Calls calls_;

  std::mutex mutex_;
  bool gone_ = false;     // guarded by mutex_, as is what follows
  uint64_t running_ = 0;  // whose code runs: a tag, kOtherCode, or 0 if that cannot be told
  bool stopped_ = false;  // it was told to stop
};

}  // namespace isolane

// Whose code runs in an interpreter, and how the code of one call is stopped and no other.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "../core/clock.h"
#include "calls.h"
#include "own_code.h"

namespace isolane {

class Interpreter;

// The code of a call that may be stopped carries the call's tag through all its awaits, in the
// engine's continuation data. To stop it, a request interrupts what runs and looks whether it is
// that; if not, other code is running, and it is looked for again later. What ignores that it is to
// stop is condemned, and at last written off with its interpreter.
class CodeControl final : private Calls::Owner {
 public:
  explicit CodeControl(Interpreter& interpreter);

  // Any thread.
  Calls& calls() { return calls_; }
  // While the thread of this interpreter runs code of another, under that one's lock: if this one
  // is to stop, so is that call.
  void set_inner_call(std::shared_ptr<Interpreter> callee, CallKey key);
  // The one whose code that is; null if there is none.
  std::shared_ptr<Interpreter> inner_callee() const;
  void stop_inner_call();
  // It was told to end: to be written off when its thread collects garbage. Whether that was so.
  bool condemn();
  // Whether its thread is to be parked, now that it collects garbage.
  bool is_condemned() const;

  // Inside the interpreter, holding its lock.

  // Takes up a call: what runs until leave() is its code, and what that leads to by promises.
  // Nothing if it was cancelled before.
  std::optional<uint64_t> begin_call(CallKey key);
  // Says whose code runs until leave(): that of a call with this tag, or kOtherCode.
  void enter(uint64_t tag);
  // Whether that code was told to stop.
  bool leave();
  // The call whose code this is; 0: none that may be stopped.
  uint64_t current_call() const;
  // Stops the code that runs if it is that of a call that is to stop, or left of one that was
  // stopped; but our own code only when it is done.
  bool stop_leftover();
  // Stops the code that runs, whosever it is, until it is left.
  void stop_all();
  OwnCode& own_code() { return own_code_; }
  // Our own code is done: stops what was to stop meanwhile.
  bool stop_what_was_put_off() { return own_code_.takes_up() && stop_leftover(); }
  // Code begins to run, or goes on: stops what is left of calls that were stopped, such as
  // microtasks, for as long as anything runs.
  void watch_leftovers();

  // A safe point has been reached, and so nothing is ignored.
  void note_safe_point();
  // Does what was requested, for as long as that takes, which the code here is not to be blamed
  // for.
  void serve(const std::function<void()>& work);
  // Whether the code that runs is to go on.
  bool goes_on() const { return !told_to_stop_ && !own_code_.has_put_off(); }

 private:
  void stop_call(uint64_t tag) override;
  std::function<void()> if_alive(std::function<void()> action) override;

  void stop_code_of(uint64_t tag);
  // On the watchdog's thread: sees to it that what was told to stop does.
  void supervise(uint64_t tag, Clock::time_point cancelled, Clock::time_point told);
  void look_again(uint64_t tag, Clock::time_point cancelled, Clock::time_point told);
  void acquit();

  Interpreter& interpreter_;
  Calls calls_;
  // Whose code runs: a tag, kOtherCode, or 0 if that cannot be told from other threads.
  std::atomic<uint64_t> running_{0};
  std::atomic<Clock::time_point> last_safe_point_{};
  // What was requested runs, in the place of the code that would be here.
  std::atomic<bool> serving_{false};
  // It ignores what it was told: to be written off when its thread collects garbage before it
  // reaches a safe point (for a call), or in any case (it was told to end).
  enum class Condemned : uint8_t { kNo, kForCall, kForGood };
  std::atomic<Condemned> condemned_{Condemned::kNo};
  Patrol leftovers_;

  mutable std::mutex inner_mutex_;
  std::shared_ptr<Interpreter> inner_callee_;  // guarded by inner_mutex_, as is inner_key_
  CallKey inner_key_;

  // Only inside the interpreter.
  bool told_to_stop_ = false;
  bool stops_all_ = false;            // whosever code it is, until it is left
  std::set<uint64_t> stopped_calls_;  // the last of them
  OwnCode own_code_;
};

}  // namespace isolane

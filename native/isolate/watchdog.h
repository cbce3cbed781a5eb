// The thread that looks after deadlines which no other thread can: those of code that is running.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "../core/clock.h"

namespace isolane {

// One for the process, started when first needed.
class Watchdog {
 public:
  // Any thread. Calls `action` on the watchdog's thread once `when` has come; it must not block.
  static void at(Clock::time_point when, std::function<void()> action);
  // How many actions are to come.
  static size_t pending();
};

// Has something done at the earliest of many times, and costs the watchdog one action at most,
// however often it is set and however far ahead.
//
// Any thread; whoever destroys it does so when nobody sets it any more.
class Alarm {
 public:
  Alarm() = default;
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  // An action that has begun goes on.
  ~Alarm();

  // Has `action` called on the watchdog's thread once `when` has come, in place of what it was set
  // to; unless that comes first anyway. Then it is to be set anew.
  void set(Deadline when, std::function<void()> action);

 private:
  friend class WatchdogThread;
  // Where its action stands in the watchdog's queue, and guarded by that; nothing once it began.
  std::optional<std::pair<Clock::time_point, uint64_t>> place_;
};

}  // namespace isolane

// The thread that looks after deadlines which no other thread can: those of code that is running.
#pragma once

#include <functional>

#include "../core/clock.h"

namespace isolane {

// One for the process, started when first needed.
class Watchdog {
 public:
  // Any thread. Calls `action` on the watchdog's thread once `when` has come; it must not block.
  static void at(Clock::time_point when, std::function<void()> action);
};

}  // namespace isolane

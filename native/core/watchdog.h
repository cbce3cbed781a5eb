// The thread that looks after deadlines which no other thread can: those of code that is running.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "clock.h"

namespace isolane {

// One for the process, started when first needed.
class Watchdog {
 public:
  // Any thread. Calls `action` on the watchdog's thread once `when` has come; it must not block.
  static void at(Clock::time_point when, std::function<void()> action);
  // How many actions are to come.
  static size_t pending();
};

// `action`, for the watchdog: nothing once its owner is gone, which is then kept until it is done.
template <class Owner>
std::function<void()> if_alive(Owner& owner, std::function<void()> action) {
  return [weak = owner.weak_from_this(), action = std::move(action)] {
    if (auto alive = weak.lock()) action();
  };
}

// Looks after something every few milliseconds for as long as there is need.
class Patrol {
 public:
  static constexpr auto kEvery = std::chrono::milliseconds(20);

  // Any thread, after what is `needed` for has come about. Both are called on the watchdog's
  // thread, while the owner lives.
  template <class Owner, class Needed, class Look>
  void start(Owner& owner, Needed needed, Look look) {
    if (!under_way_.exchange(true)) go_on(owner, needed, look);
  }

 private:
  template <class Owner>
  void go_on(Owner& owner, std::function<bool()> needed, std::function<void()> look) {
    Watchdog::at(Clock::now() + kEvery, if_alive(owner, [=, this, &owner] {
                   if (!needed()) {
                     under_way_.store(false);
                     // Unless it has come about again just then, and somebody relied on this.
                     if (!needed() || under_way_.exchange(true)) return;
                   }
                   look();
                   go_on(owner, needed, look);
                 }));
  }

  std::atomic<bool> under_way_{false};
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

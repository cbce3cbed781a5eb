#pragma once

#include <atomic>
#include <cstdint>

#include "clock.h"

#if defined(__linux__) && !defined(ISOLANE_PARKER_CONDVAR)
#define ISOLANE_PARKER_FUTEX 1
#else
#define ISOLANE_PARKER_FUTEX 0
#include <condition_variable>
#include <mutex>
#endif

namespace isolane {

// Puts one thread to sleep and wakes it. A wake costs a system call only if the thread has said
// that it is about to sleep.
//
// The sleeper calls prepare(), then looks once more at whatever it waits for, then either sleeps
// or cancels. The waker changes what the sleeper waits for, then calls unpark(). All of these are
// seq_cst, so that one of the two sees the other. Sleeping may end for no reason.
//
// prepare(), cancel() and sleep_until(): one thread at a time. unpark(): any thread.
class Parker {
 public:
  void prepare() { state_.store(kAsleep, std::memory_order_seq_cst); }
  void cancel() { state_.store(kAwake, std::memory_order_seq_cst); }
  // Returns awake: after unpark(), at the deadline, or for no reason.
  void sleep_until(Deadline deadline);

  void unpark() noexcept {
    if (state_.load(std::memory_order_seq_cst) != kAsleep) return;
    if (state_.exchange(kAwake, std::memory_order_seq_cst) == kAsleep) wake();
  }

 private:
  static constexpr uint32_t kAwake = 0;
  static constexpr uint32_t kAsleep = 1;

  void wake() noexcept;

  std::atomic<uint32_t> state_{kAwake};
#if !ISOLANE_PARKER_FUTEX
  std::mutex mutex_;
  std::condition_variable awake_;
#endif
};

}  // namespace isolane

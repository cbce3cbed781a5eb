#include "parker.h"

#include "spin.h"

#if ISOLANE_PARKER_FUTEX

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace isolane {
namespace {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t), "a futex is a plain 32-bit word");

long futex(std::atomic<uint32_t>& word, int operation, uint32_t value, const timespec* timeout) {
  return syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, timeout, nullptr,
                 FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void Parker::sleep_until(Deadline deadline) {
  const PausedParty paused;
  if (deadline == kForever) {
    futex(state_, FUTEX_WAIT_BITSET, kAsleep, nullptr);
  } else {
    // FUTEX_WAIT_BITSET takes a moment of CLOCK_MONOTONIC, which std::chrono::steady_clock is.
    const auto since_boot = deadline.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    timespec moment;
    moment.tv_sec = static_cast<time_t>(seconds.count());
    moment.tv_nsec = static_cast<long>(std::chrono::nanoseconds(since_boot - seconds).count());
    futex(state_, FUTEX_WAIT_BITSET, kAsleep, &moment);
  }
  cancel();
}

// The sleeper may be gone by now, if it woke for another reason; waking nobody at an address is
// harmless, and waking somebody else there is one of the wakes for no reason.
void Parker::wake() noexcept { futex(state_, FUTEX_WAKE_BITSET, 1, nullptr); }

}  // namespace isolane

#else

namespace isolane {

void Parker::sleep_until(Deadline deadline) {
  const PausedParty paused;
  std::unique_lock lock(mutex_);
  const auto awake = [this] { return state_.load(std::memory_order_seq_cst) != kAsleep; };
  if (deadline == kForever) {
    awake_.wait(lock, awake);
  } else {
    awake_.wait_until(lock, deadline, awake);
  }
  cancel();
}

void Parker::wake() noexcept {
  // Under the mutex, or the sleeper could miss it between its look at the state and its wait.
  const std::lock_guard lock(mutex_);
  awake_.notify_one();
}

}  // namespace isolane

#endif

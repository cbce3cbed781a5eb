#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <ostream>
#include <thread>

#include "core/channel.h"
#include "core/parcel.h"
#include "core/party.h"
#include "core/status.h"

namespace isolane {

inline std::ostream& operator<<(std::ostream& out, Status status) {
  static const char* const names[] = {"done",     "would block", "closed",
                                      "poisoned", "timed out",   "interrupted"};
  return out << names[static_cast<size_t>(status)];
}

}  // namespace isolane

namespace isolane::test {

constexpr uint8_t kTag = 1;

inline Parcel word(uint64_t bits) {
  Parcel parcel;
  parcel.set_word(kTag, bits);
  return parcel;
}

// A parcel that holds the number in a block, so that losing or freeing it twice shows.
inline Parcel block(uint64_t bits) {
  Parcel parcel;
  auto bytes = Block::allocate(sizeof bits);
  std::memcpy(bytes->bytes, &bits, sizeof bits);
  parcel.set_block(kTag, std::move(bytes));
  return parcel;
}

// The number in a parcel that word() or block() has made.
inline uint64_t number(const Parcel& parcel) {
  if (!parcel.is_block()) return parcel.word();
  uint64_t bits = 0;
  std::memcpy(&bits, parcel.block()->bytes, sizeof bits);
  return bits;
}

// Long enough for another thread to have parked, most of the time; no test fails if it has not.
inline void let_others_park() { std::this_thread::sleep_for(std::chrono::milliseconds(15)); }

// Far more than anything takes, so that what would hang fails.
inline Deadline soon() { return Clock::now() + std::chrono::seconds(60); }

inline Deadline in_milliseconds(int ms) { return Clock::now() + std::chrono::milliseconds(ms); }

// An event loop that is a thread: wait() returns once woken.
class ThreadParty final : public Party {
 public:
  // False when nobody has woken it in time.
  bool wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    const bool in_time = woken_.wait_until(lock, deadline, [this] { return pending_; });
    pending_ = false;
    return in_time;
  }

  int wakes() const {
    const std::lock_guard lock(mutex_);
    return wakes_;
  }

 protected:
  void wake() override {
    const std::lock_guard lock(mutex_);
    ++wakes_;
    pending_ = true;
    woken_.notify_one();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool pending_ = false;
  int wakes_ = 0;
};

}  // namespace isolane::test

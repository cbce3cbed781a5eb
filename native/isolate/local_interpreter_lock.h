// The lock of one interpreter: whoever holds it may run code there, on its own thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "../core/clock.h"

namespace isolane {

// Fair (first come, first served) and with time-outs. It is held while code runs in the
// interpreter and released while the interpreter is idle. Any thread; not reentrant.
//
// It stands in front of v8::Locker, which is neither fair nor can be given up on: a v8::Locker is
// only taken by who holds this lock, and so is always free.
//
// It is born held, by nobody yet: whoever releases it first has made the interpreter ready, and
// who comes before that waits.
class LocalInterpreterLock {
 public:
  enum class Outcome : uint8_t { kAcquired, kTimedOut, kClosed };

  LocalInterpreterLock() = default;
  LocalInterpreterLock(const LocalInterpreterLock&) = delete;
  LocalInterpreterLock& operator=(const LocalInterpreterLock&) = delete;

  Outcome acquire(Deadline deadline);
  void release();

  // The thread that holds it, as this_thread() has it there; 0: none, or the interpreter's own as
  // it begins, or nobody can get it any more.
  uint64_t holder() const;
  // A number for the calling thread, which no other ever has.
  static uint64_t this_thread();

  // The interpreter has ended: who waits or comes later gets kClosed. The holder releases as usual.
  void close();

  bool held() const;
  bool closed() const;
  uint32_t waiting() const;
  double waited_ms() const;  // by all who ever waited, together

 private:
  struct Ticket {
    std::condition_variable turn;
    const uint64_t thread = this_thread();
    bool granted = false;
    Ticket* next = nullptr;
  };
  void remove(Ticket* ticket);  // mutex_ held

  mutable std::mutex mutex_;
  bool held_ = true;
  uint64_t holder_ = 0;
  bool closed_ = false;
  Ticket* first_ = nullptr;  // who waits, in order of arrival
  Ticket* last_ = nullptr;
  uint32_t waiting_ = 0;
  Clock::duration waited_{};
};

}  // namespace isolane

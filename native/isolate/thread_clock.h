// How much processor time a thread has used.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

namespace isolane {

// Stands for one thread, and may be copied and read from any other while that thread lives: whoever
// reads it must know that it does (a system may give a dead thread's number to a new one).
//
// Where the system does not tell one thread's time to another (anything but Linux, macOS and
// Windows), it is the time that has passed since the clock was made: never less than what was used.
class ThreadClock {
 public:
  // Of no thread: used() is always zero.
  ThreadClock() = default;
  static ThreadClock of_this_thread();

  std::chrono::nanoseconds used() const;

 private:
  bool of_a_thread_ = false;
  int64_t thread_ = 0;            // what the system calls it; elsewhere when the clock was made
  std::shared_ptr<void> handle_;  // where a thread has to be held to be asked (Windows)
};

}  // namespace isolane

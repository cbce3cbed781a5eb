#pragma once

#include <mutex>

#include "backoff.h"

namespace isolane {

// A mutex for sections of some dozen instructions. Its holder is most likely running and about to
// leave, so it is tried for a moment before the thread goes to sleep for it.
class BriefMutex {
 public:
  void lock() {
    Backoff backoff;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (mutex_.try_lock()) return;
      backoff.wait();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  static constexpr int kAttempts = 6;
  std::mutex mutex_;
};

}  // namespace isolane

#include "loop.h"

namespace isolane {

void Loop::wait(Deadline deadline) {
  std::unique_lock<std::mutex> guard(mutex_);
  const auto woken = [&] { return woken_; };
  if (deadline == kForever) {
    woken_up_.wait(guard, woken);
  } else {
    woken_up_.wait_until(guard, deadline, woken);
  }
  woken_ = false;
}

void Loop::wake() {
  std::lock_guard<std::mutex> guard(mutex_);
  if (woken_) return;
  woken_ = true;
  woken_up_.notify_one();
}

}  // namespace isolane

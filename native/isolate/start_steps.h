#pragma once

#include <array>
#include <cstddef>

#include "../core/clock.h"

namespace isolane {

// How long the steps of an interpreter's start took. A look at the clock each, so it is always on.
// Written in turn by whoever starts it and by its thread; read once it has answered something.
class StartSteps {
 public:
  enum Step : size_t { kThread, kIsolate, kContext, kGuest, kCount };

  void begin() { last_ = Clock::now(); }
  // All since the end of the step before.
  void done(Step step) {
    const Clock::time_point now = Clock::now();
    took_[step] = now - last_;
    last_ = now;
  }
  double ms(Step step) const {
    return std::chrono::duration<double, std::milli>(took_[step]).count();
  }

 private:
  Clock::time_point last_{};
  std::array<Clock::duration, kCount> took_{};
};

}  // namespace isolane

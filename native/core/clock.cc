#include "clock.h"

namespace isolane {

Clock::duration duration_of_ms(double ms) {
  // About 31 years, far from where adding nanoseconds to the clock would overflow.
  constexpr double kDecades = 1e12;
  if (!(ms > 0)) return Clock::duration::zero();  // NaN too
  if (ms >= kDecades) return Clock::duration::max();
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
}

Deadline deadline_after_ms(double ms) {
  const Clock::duration duration = duration_of_ms(ms);
  return duration == Clock::duration::max() ? kForever : Clock::now() + duration;
}

}  // namespace isolane

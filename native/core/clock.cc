#include "clock.h"

namespace isolane {

Deadline deadline_after_ms(double ms) {
  // About 31 years, far from where adding nanoseconds to the clock would overflow.
  constexpr double kDecades = 1e12;
  const Deadline now = Clock::now();
  if (!(ms > 0)) return now;  // NaN too
  if (ms >= kDecades) return kForever;
  return now +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::milli>(ms));
}

}  // namespace isolane

#pragma once

#include <chrono>

namespace isolane {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

constexpr Deadline kForever = Deadline::max();

// The moment `ms` milliseconds from now: infinity and anything beyond decades is kForever, a
// negative number or NaN is now.
Deadline deadline_after_ms(double ms);
// So many milliseconds, by the same rules; infinity is Clock::duration::max().
Clock::duration duration_of_ms(double ms);

}  // namespace isolane

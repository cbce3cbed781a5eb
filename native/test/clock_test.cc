#include "core/clock.h"

#include <cmath>
#include <limits>

#include "doctest/doctest.h"

namespace isolane {

TEST_CASE("a deadline lies as many milliseconds ahead as asked, fractions included") {
  const Deadline before = Clock::now();
  const Deadline deadline = deadline_after_ms(1500.5);
  const Deadline after = Clock::now();
  CHECK(deadline >= before + std::chrono::microseconds(1'500'500));
  CHECK(deadline <= after + std::chrono::microseconds(1'500'500));
}

TEST_CASE("infinity, and whatever would overflow the clock, is forever") {
  CHECK(deadline_after_ms(std::numeric_limits<double>::infinity()) == kForever);
  CHECK(deadline_after_ms(std::numeric_limits<double>::max()) == kForever);
  CHECK(deadline_after_ms(1e15) == kForever);
}

TEST_CASE("a negative time and NaN are now") {
  for (const double ms : {-1.0, -std::numeric_limits<double>::infinity(), 0.0, std::nan("")}) {
    const Deadline before = Clock::now();
    const Deadline deadline = deadline_after_ms(ms);
    CHECK(deadline >= before);
    CHECK(deadline <= Clock::now());
  }
}

}  // namespace isolane

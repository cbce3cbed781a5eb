#include "core/watchdog.h"

#include <memory>
#include <mutex>
#include <semaphore>
#include <vector>

#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

namespace {

using namespace std::chrono_literals;

// What the watchdog has done, in order.
class Diary {
 public:
  void note(int what) {
    const std::lock_guard lock(mutex_);
    notes_.push_back(what);
    changed_.notify_all();
  }
  // False if that many did not come in a time that is ample.
  bool has(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, test::soon(), [&] { return notes_.size() >= count; });
  }
  std::vector<int> notes() {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> notes_;
};

}  // namespace

TEST_CASE("the watchdog acts in the order of time, and of arrival where that is the same") {
  Diary diary;
  const Clock::time_point now = Clock::now();
  // Nothing happens until all are there.
  std::binary_semaphore complete(0);
  Watchdog::at(now - 20ms, [&] { complete.acquire(); });
  Watchdog::at(now + 20ms, [&] { diary.note(4); });
  Watchdog::at(now + 10ms, [&] { diary.note(2); });
  Watchdog::at(now + 10ms, [&] { diary.note(3); });
  Watchdog::at(now - 10ms, [&] { diary.note(1); });
  complete.release();
  REQUIRE(diary.has(4));
  CHECK(diary.notes() == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("an action of the watchdog may ask for the next one") {
  Diary diary;
  Watchdog::at(Clock::now(), [&] {
    diary.note(1);
    Watchdog::at(Clock::now(), [&] { diary.note(2); });
  });
  REQUIRE(diary.has(2));
  CHECK(diary.notes() == std::vector<int>{1, 2});
}

TEST_CASE(
    "an alarm goes off at the earliest time that it was set to, and then has to be set anew") {
  Diary diary;
  Alarm alarm;
  const Clock::time_point start = Clock::now();
  alarm.set(start + 1h, [&] { diary.note(3); });
  alarm.set(start + 5ms, [&] { diary.note(1); });
  alarm.set(start + 2h, [&] { diary.note(4); });
  REQUIRE(diary.has(1));
  CHECK(Clock::now() >= start + 5ms);
  alarm.set(start, [&] { diary.note(2); });
  REQUIRE(diary.has(2));
  CHECK(diary.notes() == std::vector<int>{1, 2});
}

TEST_CASE("an alarm is never set to forever") {
  const size_t before = Watchdog::pending();
  Alarm alarm;
  alarm.set(kForever, [] {});
  CHECK(Watchdog::pending() == before);
}

TEST_CASE("an alarm that goes off a thousand times before a far time costs one action") {
  // As an interpreter has it: one call may take an hour, and shorter ones come and go.
  const size_t before = Watchdog::pending();
  Diary diary;
  Alarm alarm;
  for (size_t round = 1; round <= 1000; round++) {
    alarm.set(Clock::now() + 1h, [&] { diary.note(0); });
    alarm.set(Clock::now(), [&] { diary.note(1); });
    REQUIRE(diary.has(round));
  }
  alarm.set(Clock::now() + 1h, [&] { diary.note(0); });
  CHECK(Watchdog::pending() == before + 1);
  CHECK(diary.notes() == std::vector<int>(1000, 1));
}

TEST_CASE("an alarm that goes takes its action along, and what that holds") {
  const auto held = std::make_shared<int>(0);
  const size_t before = Watchdog::pending();
  {
    Alarm alarm;
    alarm.set(Clock::now() + 1h, [held] {});
    CHECK(held.use_count() == 2);
    alarm.set(Clock::now() + 1min, [held] {});
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
  CHECK(Watchdog::pending() == before);
}

TEST_CASE("an action may destroy the alarm that it belongs to") {
  Diary diary;
  auto alarm = std::make_shared<Alarm>();
  Alarm& set = *alarm;
  set.set(Clock::now(), [alarm = std::move(alarm), &diary]() mutable {
    alarm.reset();
    diary.note(1);
  });
  REQUIRE(diary.has(1));
}

}  // namespace isolane

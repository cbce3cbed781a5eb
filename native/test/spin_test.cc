#include "core/spin.h"

#include <thread>
#include <vector>

#include "core/waiter.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

bool never() { return false; }

// How often a spin that never succeeds looks, which tells whether it spun.
int looks_of_a_vain_spin(Spin& spin) {
  int looks = 0;
  spin.until(
      [&] {
        ++looks;
        return false;
      },
      kForever);
  return looks;
}

bool one_core() { return std::thread::hardware_concurrency() == 1; }

}  // namespace

TEST_CASE("a spin ends when it is ready") {
  Spin spin;
  int looks = 0;
  CHECK(spin.until([&] { return ++looks == (one_core() ? 1 : 5); }, kForever));
}

TEST_CASE("a spin that is ready at once looks once") {
  Spin spin;
  int looks = 0;
  CHECK(spin.until([&] { return ++looks > 0; }, kForever));
  CHECK(looks == 1);
}

TEST_CASE("a spin is bounded") {
  Spin spin;
  // The thread may lose its core in the middle; not every time.
  Clock::duration shortest = Clock::duration::max();
  for (int i = 0; i < 200; ++i) {
    const auto start = Clock::now();
    CHECK_FALSE(spin.until(never, kForever));
    shortest = std::min(shortest, Clock::now() - start);
  }
  CHECK(shortest < std::chrono::milliseconds(1));
}

TEST_CASE("spinning stops after it has not paid for a while, but for rare probes") {
  Spin spin;
  for (int i = 0; i < 100; ++i) looks_of_a_vain_spin(spin);
  int spun = 0;
  for (int i = 0; i < 320; ++i) spun += looks_of_a_vain_spin(spin) > 1 ? 1 : 0;
  CHECK(spun == (one_core() ? 0 : 10));
}

TEST_CASE("spinning starts again when a probe pays") {
  if (one_core()) return;
  Spin spin;
  for (int i = 0; i < 100; ++i) looks_of_a_vain_spin(spin);
  // Ready at the second look, which only a real spin takes.
  bool paid = false;
  for (int i = 0; i < 1000 && !paid; ++i) {
    int looks = 0;
    paid = spin.until([&] { return ++looks == 2; }, kForever);
  }
  REQUIRE(paid);
  CHECK(looks_of_a_vain_spin(spin) > 1);
}

TEST_CASE("hardly anybody spins when more parties run than there are cores") {
  std::vector<std::thread> threads;
  std::atomic<bool> stop{false};
  const int parties = static_cast<int>(std::thread::hardware_concurrency()) + 1;
  for (int i = 0; i < parties; ++i) {
    threads.emplace_back([&] {
      const RunningParty running;
      while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  }
  while (RunningParty::count() < parties) std::this_thread::yield();
  Spin spin;
  int spun = 0;
  for (int i = 0; i < 100; ++i) spun += looks_of_a_vain_spin(spin) > 1 ? 1 : 0;
  CHECK(spun == 0);
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("a thread counts as one running party however often it says so") {
  const int before = RunningParty::count();
  {
    const RunningParty once;
    const RunningParty twice;
    CHECK(RunningParty::count() == before + 1);
  }
  CHECK(RunningParty::count() == before);
}

TEST_CASE("a thread that pauses does not count meanwhile, if it counted") {
  const int before = RunningParty::count();
  { const PausedParty uncounted; }
  CHECK(RunningParty::count() == before);
  const RunningParty running;
  {
    const PausedParty paused;
    const PausedParty twice;
    CHECK(RunningParty::count() == before);
    {
      const RunningParty for_a_callback;
      CHECK(RunningParty::count() == before + 1);
    }
    CHECK(RunningParty::count() == before);
  }
  CHECK(RunningParty::count() == before + 1);
}

TEST_CASE("a party does not count as running while it is parked") {
  const int before = RunningParty::count();
  ThreadWaiter waiter;
  std::thread parked([&] {
    const RunningParty running;
    waiter.park_until(kForever);
    CHECK(RunningParty::count() == before + 1);
  });
  test::let_others_park();
  bool uncounted = false;
  for (int i = 0; i < 1000 && !uncounted; ++i) {
    uncounted = RunningParty::count() == before;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(uncounted);
  waiter.interrupt();
  parked.join();
  CHECK(RunningParty::count() == before);
}

}  // namespace isolane

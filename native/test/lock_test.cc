#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "doctest/doctest.h"
#include "isolate/local_interpreter_lock.h"
#include "isolate/lock_wait.h"
#include "support.h"

namespace isolane {

namespace {

using Outcome = LocalInterpreterLock::Outcome;
using Ids = std::vector<uint64_t>;

// A thread that does one thing after the other, as it is told.
class Actor {
 public:
  ~Actor() {
    {
      const std::lock_guard lock(mutex_);
      next_ = nullptr;
      turn_ = kEnd;
    }
    changed_.notify_all();
    thread_.join();
  }

  void does(std::function<void()> what) {
    begins(std::move(what));
    has_done();
  }
  // The same without waiting for its end, which has_done() does.
  void begins(std::function<void()> what) {
    const std::lock_guard lock(mutex_);
    next_ = std::move(what);
    turn_ = kActor;
    changed_.notify_all();
  }
  void has_done() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_until(lock, test::soon(), [&] { return turn_ == kTest; }));
  }

 private:
  enum Turn { kTest, kActor, kEnd };

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return turn_ != kTest; });
      if (turn_ == kEnd) return;
      lock.unlock();
      next_();
      lock.lock();
      turn_ = kTest;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> next_;
  Turn turn_ = kTest;
  std::thread thread_{[this] { run(); }};
};

// Locks of interpreters that are ready, and threads that hold each its own.
struct Circle {
  LocalInterpreterLock locks[3];
  Actor actors[3];
  std::optional<LockWait> waits[3];

  Circle() {
    for (LocalInterpreterLock& lock : locks) lock.release();
    for (int i = 0; i < 3; i++) {
      actors[i].does([&, i] { CHECK(locks[i].acquire(kForever) == Outcome::kAcquired); });
    }
  }
  ~Circle() {
    for (int i = 0; i < 3; i++) gives_up(i);
  }
  void wait_for_each_other() {
    waits_for(0, 1);
    waits_for(1, 0);
  }
  void waits_for(int who, int whom) { waits_for(who, whom, {id(who)}); }
  void waits_for(int who, int whom, Ids inside) {
    actors[who].does([&] { waits[who].emplace(locks[whom], id(whom), std::move(inside)); });
  }
  Ids goes_on(int who) {
    Ids circle;
    actors[who].does([&] { circle = waits[who]->go_on(); });
    return circle;
  }
  void gives_up(int who) {
    actors[who].does([&] { waits[who].reset(); });
  }
  static uint64_t id(int who) { return static_cast<uint64_t>(who) + 10; }
};

}  // namespace

TEST_CASE("a lock is held until its interpreter is ready, by nobody") {
  LocalInterpreterLock lock;
  CHECK(lock.held());
  CHECK(lock.holder() == 0);
  CHECK(lock.acquire(Clock::now()) == Outcome::kTimedOut);
  Actor early;
  Outcome outcome{};
  early.begins([&] { outcome = lock.acquire(test::soon()); });
  while (lock.waiting() == 0) std::this_thread::yield();
  lock.release();
  early.has_done();
  CHECK(outcome == Outcome::kAcquired);
}

TEST_CASE("who waits for a lock that is never ready is told when it closes") {
  LocalInterpreterLock lock;
  Actor early;
  Outcome outcome{};
  early.begins([&] { outcome = lock.acquire(kForever); });
  while (lock.waiting() == 0) std::this_thread::yield();
  lock.close();
  early.has_done();
  CHECK(outcome == Outcome::kClosed);
}

TEST_CASE("a lock knows the thread that holds it, also when it is handed on") {
  LocalInterpreterLock lock;
  lock.release();
  CHECK(lock.holder() == 0);
  CHECK(lock.acquire(kForever) == Outcome::kAcquired);
  CHECK(lock.holder() == LocalInterpreterLock::this_thread());
  Actor next;
  uint64_t thread = 0;
  next.begins([&] {
    thread = LocalInterpreterLock::this_thread();
    CHECK(lock.acquire(test::soon()) == Outcome::kAcquired);
  });
  while (lock.waiting() == 0) std::this_thread::yield();
  lock.release();
  CHECK(lock.waiting() == 0);  // be it that its thread has not noticed yet
  next.has_done();
  CHECK(thread != LocalInterpreterLock::this_thread());
  CHECK(lock.holder() == thread);
  next.does([&] { lock.release(); });
  CHECK(lock.holder() == 0);
}

TEST_CASE("two that wait for each other's locks are a circle, of which one is told") {
  Circle two;
  two.waits_for(0, 1);
  CHECK(two.goes_on(0).empty());
  two.waits_for(1, 0);
  // The first might have been told to stop in the meantime.
  CHECK(two.goes_on(1).empty());
  CHECK(two.goes_on(0) == Ids{10, 11});
  // Though the first has not let go of its lock yet.
  CHECK(two.goes_on(1).empty());
  two.gives_up(0);
  CHECK(two.goes_on(1).empty());
}

TEST_CASE("of three that wait in a circle one is told who they are, with itself first") {
  for (int told = 0; told < 3; told++) {
    Circle three;
    three.waits_for(0, 1);
    three.waits_for(1, 2);
    three.waits_for(2, 0);
    for (int before = 1; before < 3; before++) {
      CHECK(three.goes_on((told + before) % 3).empty());
    }
    Ids circle;
    for (int i = 0; i < 3; i++) circle.push_back(Circle::id((told + i) % 3));
    CHECK(three.goes_on(told) == circle);
    for (int after = 1; after < 3; after++) CHECK(three.goes_on((told + after) % 3).empty());
  }
}

TEST_CASE("a chain that ends with one who does not wait is no circle") {
  Circle chain;
  chain.waits_for(0, 1);
  chain.waits_for(1, 2);
  for (int round = 0; round < 3; round++) {
    CHECK(chain.goes_on(0).empty());
    CHECK(chain.goes_on(1).empty());
  }
}

TEST_CASE("who waits for one in a circle is not in it, and is told nothing") {
  Circle two;
  two.wait_for_each_other();
  two.waits_for(2, 0);
  for (int round = 0; round < 3; round++) CHECK(two.goes_on(2).empty());
  CHECK(two.goes_on(0).empty());
  CHECK(two.goes_on(1) == Ids{11, 10});
}

TEST_CASE("one who has been given the lock waits no more, though it has not said so yet") {
  Circle two;
  two.wait_for_each_other();
  two.goes_on(1);
  two.actors[1].does([&] { two.locks[1].release(); });
  two.actors[0].does([&] { CHECK(two.locks[1].acquire(kForever) == Outcome::kAcquired); });
  CHECK(two.goes_on(0).empty());
  CHECK(two.goes_on(1).empty());
}

TEST_CASE("a lock that has closed is waited for by nobody, though its holder has it still") {
  Circle two;
  two.wait_for_each_other();
  two.locks[0].close();
  CHECK(two.goes_on(0).empty());
  CHECK(two.goes_on(1).empty());
}

TEST_CASE("those that a thread calls through are in the circle, and those that it came from not") {
  const Ids seen[] = {{30, 11, 20}, {11, 20, 30}};
  for (int told = 0; told < 2; told++) {
    // A thread of Node's, say, in 10, from where it was called into 20 and then into 30.
    Circle two;
    LocalInterpreterLock middle;
    middle.release();
    two.actors[0].does([&] { CHECK(middle.acquire(kForever) == Outcome::kAcquired); });
    two.waits_for(0, 1, {10, 20, 30});
    two.actors[1].does([&] { two.waits[1].emplace(middle, 20, Ids{11}); });
    CHECK(two.goes_on(1 - told).empty());
    CHECK(two.goes_on(told) == seen[told]);
    two.gives_up(0);
    two.gives_up(1);
  }
}

}  // namespace isolane

#include "core/waiter.h"

#include <atomic>
#include <thread>

#include "core/channel.h"
#include "core/parker.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

TEST_CASE("a waiter is selected once") {
  ThreadWaiter waiter;
  CHECK(waiter.selected() == Waiter::kWaiting);
  CHECK(waiter.try_select(Waiter::kRetry));
  CHECK_FALSE(waiter.try_select(Waiter::kAborted));
  CHECK(waiter.selected() == Waiter::kRetry);
  waiter.reset();
  CHECK(waiter.selected() == Waiter::kWaiting);
  CHECK(waiter.try_select(Waiter::kAborted));
}

TEST_CASE("of many threads that select a waiter one succeeds") {
  for (int round = 0; round < 100; ++round) {
    ThreadWaiter waiter;
    std::atomic<int> successes{0};
    std::thread threads[4];
    for (std::thread& thread : threads) {
      thread = std::thread([&] { successes += waiter.try_select(Waiter::kRetry) ? 1 : 0; });
    }
    for (std::thread& thread : threads) thread.join();
    REQUIRE(successes == 1);
  }
}

TEST_CASE("a thread that parks returns the outcome it was selected for") {
  ThreadWaiter waiter;
  uintptr_t outcome = Waiter::kWaiting;
  std::thread parked([&] { outcome = waiter.park_until(test::soon()); });
  test::let_others_park();
  REQUIRE(waiter.try_select(Waiter::kRetry));
  waiter.unpark();
  parked.join();
  CHECK(outcome == Waiter::kRetry);
}

TEST_CASE("a thread that was selected before it parks does not sleep") {
  ThreadWaiter waiter;
  REQUIRE(waiter.try_select(Waiter::kRetry));
  waiter.unpark();
  CHECK(waiter.park_until(kForever) == Waiter::kRetry);
}

TEST_CASE("a thread that parks aborts when the time is out, and not before") {
  ThreadWaiter waiter;
  const Deadline deadline = test::in_milliseconds(20);
  CHECK(waiter.park_until(deadline) == Waiter::kAborted);
  CHECK(Clock::now() >= deadline);
  CHECK(waiter.selected() == Waiter::kAborted);
}

TEST_CASE("a deadline that has passed aborts at once, unless something was selected first") {
  ThreadWaiter waiter;
  CHECK(waiter.park_until(Deadline::min()) == Waiter::kAborted);
  waiter.reset();
  waiter.try_select(Waiter::kRetry);
  CHECK(waiter.park_until(Deadline::min()) == Waiter::kRetry);
}

TEST_CASE("a wake for no reason does not end a park") {
  ThreadWaiter waiter;
  std::atomic<bool> ended{false};
  std::thread parked([&] {
    waiter.park_until(test::soon());
    ended = true;
  });
  for (int i = 0; i < 3; ++i) {
    test::let_others_park();
    waiter.unpark();
  }
  test::let_others_park();
  CHECK_FALSE(ended);
  waiter.try_select(Waiter::kRetry);
  waiter.unpark();
  parked.join();
}

TEST_CASE("an interruption ends a park while the thread sleeps") {
  ThreadWaiter waiter;
  uintptr_t outcome = Waiter::kWaiting;
  std::thread parked([&] { outcome = waiter.park_until(kForever); });
  test::let_others_park();
  waiter.interrupt();
  parked.join();
  CHECK(outcome == Waiter::kAborted);
}

TEST_CASE("an interruption ends all later parks until it is cleared") {
  ThreadWaiter waiter;
  waiter.interrupt();
  CHECK(waiter.interrupted());
  for (int i = 0; i < 3; ++i) {
    waiter.reset();
    CHECK(waiter.park_until(kForever) == Waiter::kAborted);
  }
  waiter.clear_interrupt();
  CHECK_FALSE(waiter.interrupted());
  waiter.reset();
  const Deadline deadline = test::in_milliseconds(5);
  CHECK(waiter.park_until(deadline) == Waiter::kAborted);
  CHECK(Clock::now() >= deadline);
}

TEST_CASE("an interruption at any moment ends a park") {
  // Without the pause between them, the interruption comes while the thread spins, announces that
  // it sleeps, or sleeps.
  for (int round = 0; round < 300; ++round) {
    ThreadWaiter waiter;
    std::atomic<bool> started{false};
    std::thread parked([&] {
      started = true;
      waiter.park_until(kForever);
    });
    while (!started) std::this_thread::yield();
    for (int i = 0; i < round * 20; ++i) cpu_relax();
    waiter.interrupt();
    parked.join();
    REQUIRE(waiter.selected() == Waiter::kAborted);
  }
}

TEST_CASE("an interrupted receiver leaves the message to another") {
  const Ref<Channel> channel = Channel::create(1, "");
  ThreadWaiter interrupted;
  Status status = Status::kWouldBlock;
  std::thread receiver([&] {
    Parcel parcel;
    status = channel->receive(parcel, interrupted, test::soon());
  });
  test::let_others_park();
  interrupted.interrupt();
  receiver.join();
  CHECK(status == Status::kInterrupted);
  Parcel parcel = test::word(1);
  CHECK(channel->try_send(parcel) == Status::kDone);
  CHECK(channel->size() == 1);
}

TEST_CASE("an interrupted sender keeps its message") {
  for (const size_t capacity : {0, 1}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    Parcel filler = test::word(0);
    channel->try_send(filler);
    ThreadWaiter waiter;
    Status status = Status::kWouldBlock;
    Parcel parcel = test::block(9);
    std::thread sender([&] { status = channel->send(parcel, waiter, test::soon()); });
    test::let_others_park();
    waiter.interrupt();
    sender.join();
    CHECK(status == Status::kInterrupted);
    CHECK(test::number(parcel) == 9);
  }
}

TEST_CASE("an interrupted receiver that was woken passes the wake on to another") {
  // Whichever of the two receivers the message wakes: if it is the interrupted one, the other must
  // still get the message.
  for (int round = 0; round < 100; ++round) {
    const Ref<Channel> channel = Channel::create(1, "");
    ThreadWaiter first_waiter;
    std::atomic<int> received{0};
    std::thread first([&] {
      Parcel parcel;
      if (channel->receive(parcel, first_waiter, test::soon()) == Status::kDone) ++received;
    });
    std::thread second([&] {
      ThreadWaiter waiter;
      Parcel parcel;
      if (channel->receive(parcel, waiter, test::soon()) == Status::kDone) ++received;
      // The first may have been quicker than its interruption.
      channel->close();
    });
    if (round % 10 == 0) test::let_others_park();
    Parcel parcel = test::word(1);
    REQUIRE(channel->try_send(parcel) == Status::kDone);
    first_waiter.interrupt();
    first.join();
    if (received == 1) channel->close();
    second.join();
    REQUIRE(received == 1);
  }
}

TEST_CASE("what can be done at once is done even when interrupted") {
  const Ref<Channel> channel = Channel::create(1, "");
  ThreadWaiter waiter;
  waiter.interrupt();
  Parcel parcel = test::word(1);
  CHECK(channel->send(parcel, waiter, kForever) == Status::kDone);
  parcel = test::word(2);
  CHECK(channel->send(parcel, waiter, kForever) == Status::kInterrupted);
  CHECK(test::number(parcel) == 2);
}

TEST_CASE("a parker that is woken between its announcement and its sleep does not sleep") {
  Parker parker;
  parker.prepare();
  parker.unpark();
  const Deadline deadline = test::soon();
  parker.sleep_until(deadline);
  CHECK(Clock::now() < deadline);
}

}  // namespace isolane

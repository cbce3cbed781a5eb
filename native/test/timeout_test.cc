#include <thread>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

using test::number;
using test::word;

TEST_CASE("a receiver that times out takes no message with it") {
  for (const size_t capacity : {0, 1}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    ThreadWaiter waiter;
    Parcel parcel;
    const Deadline deadline = test::in_milliseconds(10);
    CHECK(channel->receive(parcel, waiter, deadline) == Status::kTimedOut);
    CHECK(Clock::now() >= deadline);
    CHECK(parcel.empty());
    parcel = word(1);
    // Nobody is left behind who would take it.
    CHECK(channel->try_send(parcel) == (capacity == 0 ? Status::kWouldBlock : Status::kDone));
    CHECK(channel->size() == capacity);
  }
}

TEST_CASE("a sender that times out keeps its message") {
  for (const size_t capacity : {0, 1}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    Parcel filler = word(0);
    channel->try_send(filler);
    ThreadWaiter waiter;
    Parcel parcel = test::block(1);
    const Deadline deadline = test::in_milliseconds(10);
    CHECK(channel->send(parcel, waiter, deadline) == Status::kTimedOut);
    CHECK(Clock::now() >= deadline);
    CHECK(number(parcel) == 1);
    CHECK(channel->size() == capacity);
  }
}

TEST_CASE("what can be done at once is done after the deadline too") {
  const Ref<Channel> channel = Channel::create(1, "");
  ThreadWaiter waiter;
  Parcel parcel = word(1);
  CHECK(channel->send(parcel, waiter, Deadline::min()) == Status::kDone);
  CHECK(channel->receive(parcel, waiter, Deadline::min()) == Status::kDone);
  CHECK(channel->receive(parcel, waiter, Deadline::min()) == Status::kTimedOut);
}

TEST_CASE("a rendezvous after the deadline happens if the other party waits") {
  const Ref<Channel> channel = Channel::create(0, "");
  ThreadWaiter waiting;
  Case offer;
  offer.waiter = &waiting;
  offer.side = Side::kSender;
  offer.parcel = word(4);
  REQUIRE(channel->arm(offer) == Status::kWouldBlock);
  ThreadWaiter waiter;
  Parcel parcel;
  CHECK(channel->receive(parcel, waiter, Deadline::min()) == Status::kDone);
  CHECK(number(parcel) == 4);
  channel->disarm(offer);
}

TEST_CASE("a time-out that races with a message loses neither") {
  for (const size_t capacity : {0, 1}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    int received = 0;
    int sent = 0;
    std::thread receiver([&] {
      ThreadWaiter waiter;
      for (int i = 0; i < 2000; ++i) {
        Parcel parcel;
        const Deadline deadline = Clock::now() + std::chrono::microseconds(i % 50);
        if (channel->receive(parcel, waiter, deadline) == Status::kDone) ++received;
      }
    });
    ThreadWaiter waiter;
    for (int i = 0; i < 2000; ++i) {
      Parcel parcel = word(1);
      const Deadline deadline = Clock::now() + std::chrono::microseconds(i % 70);
      if (channel->send(parcel, waiter, deadline) == Status::kDone) ++sent;
    }
    receiver.join();
    CHECK(sent == received + static_cast<int>(channel->size()));
  }
}

}  // namespace isolane

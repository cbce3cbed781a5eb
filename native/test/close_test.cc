#include <thread>
#include <vector>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

using test::number;
using test::word;

TEST_CASE("receivers of a closed channel take what is queued and then end") {
  const Ref<Channel> channel = Channel::create(2, "");
  Parcel parcel = word(1);
  channel->try_send(parcel);
  CHECK_FALSE(channel->closed());
  channel->close({7, 8});
  CHECK(channel->closed());
  CHECK_FALSE(channel->poisoned());
  CHECK(channel->reason() == Reason{7, 8});

  ThreadWaiter waiter;
  REQUIRE(channel->receive(parcel, waiter, kForever) == Status::kDone);
  CHECK(number(parcel) == 1);
  CHECK(channel->receive(parcel, waiter, kForever) == Status::kClosed);
  CHECK(channel->try_receive(parcel) == Status::kClosed);
}

TEST_CASE("senders to a closed channel are told at once, and keep their messages") {
  for (const size_t capacity : {0, 2}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    channel->close();
    ThreadWaiter waiter;
    Parcel parcel = test::block(1);
    CHECK(channel->try_send(parcel) == Status::kClosed);
    CHECK(channel->send(parcel, waiter, kForever) == Status::kClosed);
    CHECK(number(parcel) == 1);
  }
}

TEST_CASE("poison drops what is queued, and both sides are told") {
  for (const size_t capacity : {0, 2}) {
    const int64_t before = Block::live();
    const Ref<Channel> channel = Channel::create(capacity, "");
    Parcel queued = test::block(1);
    channel->try_send(queued);
    queued.reset();
    channel->poison({9});
    CHECK(Block::live() == before);
    CHECK(channel->size() == 0);
    CHECK(channel->poisoned());
    CHECK(channel->closed());
    CHECK(channel->reason() == Reason{9});
    ThreadWaiter waiter;
    Parcel parcel = word(2);
    CHECK(channel->try_send(parcel) == Status::kPoisoned);
    CHECK(channel->send(parcel, waiter, kForever) == Status::kPoisoned);
    CHECK(number(parcel) == 2);
    CHECK(channel->try_receive(parcel) == Status::kPoisoned);
    CHECK(channel->receive(parcel, waiter, kForever) == Status::kPoisoned);
  }
}

TEST_CASE("the first reason stays") {
  const Ref<Channel> channel = Channel::create(1, "");
  channel->close({1});
  channel->close({2});
  CHECK(channel->reason() == Reason{1});
}

TEST_CASE("a closed channel can still be poisoned, a poisoned one not closed") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel parcel = word(1);
  channel->try_send(parcel);
  channel->close({1});
  channel->poison({2});
  CHECK(channel->reason() == Reason{2});
  CHECK(channel->try_receive(parcel) == Status::kPoisoned);
  channel->close({3});
  channel->poison({4});
  CHECK(channel->reason() == Reason{2});
  CHECK(channel->try_receive(parcel) == Status::kPoisoned);
}

TEST_CASE("closing and poisoning wake everyone who waits, on both sides") {
  for (const size_t capacity : {0, 1}) {
    for (const Side side : {Side::kSender, Side::kReceiver}) {
      for (const bool poison : {false, true}) {
        const Ref<Channel> channel = Channel::create(capacity, "");
        Parcel filler = word(0);
        if (side == Side::kSender) channel->try_send(filler);
        std::atomic<int> told{0};
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t) {
          threads.emplace_back([&] {
            ThreadWaiter waiter;
            Parcel parcel = word(1);
            const Status status = side == Side::kSender
                                      ? channel->send(parcel, waiter, test::soon())
                                      : channel->receive(parcel, waiter, test::soon());
            if (status == (poison ? Status::kPoisoned : Status::kClosed)) ++told;
          });
        }
        test::let_others_park();
        if (poison) {
          channel->poison({});
        } else {
          channel->close();
        }
        for (std::thread& thread : threads) thread.join();
        CHECK(told == 3);
      }
    }
  }
}

TEST_CASE("arming on a channel that is closed tells so and selects the waiter") {
  for (const size_t capacity : {0, 1}) {
    for (const Side side : {Side::kSender, Side::kReceiver}) {
      const Ref<Channel> channel = Channel::create(capacity, "");
      channel->close();
      ThreadWaiter waiter;
      Case own;
      own.waiter = &waiter;
      own.side = side;
      CHECK(channel->arm(own) == Status::kClosed);
      CHECK(waiter.selected() == Waiter::kRetry);
      waiter.reset();
      channel->poison({});
      CHECK(channel->arm(own) == Status::kPoisoned);
      channel->disarm(own);
    }
  }
}

TEST_CASE("arming a receiver on a closed channel that is not drained yet lets it try") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel parcel = word(1);
  channel->try_send(parcel);
  channel->close();
  ThreadWaiter waiter;
  Case own;
  own.waiter = &waiter;
  own.side = Side::kReceiver;
  CHECK(channel->arm(own) == Status::kDone);
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  waiter.reset();
  CHECK(channel->arm(own) == Status::kClosed);
  channel->disarm(own);
}

TEST_CASE("closing keeps every message whose sender was told it is done") {
  for (int round = 0; round < 50; ++round) {
    const Ref<Channel> channel = Channel::create(64, "");
    std::atomic<uint64_t> sent{0};
    std::vector<std::thread> senders;
    for (int t = 0; t < 2; ++t) {
      senders.emplace_back([&] {
        ThreadWaiter waiter;
        for (;;) {
          Parcel parcel = test::block(1);
          if (channel->send(parcel, waiter, test::soon()) != Status::kDone) return;
          ++sent;
        }
      });
    }
    uint64_t received = 0;
    ThreadWaiter waiter;
    Parcel parcel;
    for (; received < 100; ++received) {
      REQUIRE(channel->receive(parcel, waiter, test::soon()) == Status::kDone);
    }
    channel->close();
    while (channel->receive(parcel, waiter, test::soon()) == Status::kDone) ++received;
    for (std::thread& sender : senders) sender.join();
    REQUIRE(sent == received);
  }
}

TEST_CASE("after a poisoning has returned nothing is received") {
  for (int round = 0; round < 50; ++round) {
    const int64_t before = Block::live();
    const Ref<Channel> channel = Channel::create(16, "");
    std::thread sender([&] {
      ThreadWaiter waiter;
      for (;;) {
        Parcel parcel = test::block(1);
        if (channel->send(parcel, waiter, test::soon()) != Status::kDone) return;
      }
    });
    ThreadWaiter waiter;
    Parcel parcel;
    for (int i = 0; i < 50; ++i) {
      REQUIRE(channel->receive(parcel, waiter, test::soon()) == Status::kDone);
    }
    channel->poison({});
    REQUIRE(channel->try_receive(parcel) == Status::kPoisoned);
    sender.join();
    REQUIRE(Block::live() == before);
  }
}

}  // namespace isolane

#include <atomic>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

namespace {

Ref<Channel> weighed(size_t max_bytes, size_t capacity = ChannelOptions::kUnbounded) {
  ChannelOptions options;
  options.capacity = capacity;
  options.max_bytes = max_bytes;
  return Channel::create(options);
}

Parcel of_weight(size_t bytes) {
  Parcel parcel;
  parcel.set_block(1, Block::allocate(bytes));
  return parcel;
}

struct Weight final : Attachment {
  size_t weight() const override { return 100; }
};

}  // namespace

TEST_CASE("a message weighs the bytes that it holds, with what is attached") {
  Parcel parcel;
  CHECK(parcel.weight() == 0);
  parcel.set_word(1, 5);
  CHECK(parcel.weight() == 8);
  parcel.set_inline(1, 30);
  CHECK(parcel.weight() == 30);
  parcel = of_weight(1000);
  CHECK(parcel.weight() == 1000);
  parcel.block()->attachments.push_back(std::make_unique<Weight>());
  CHECK(parcel.weight() == 1100);
}

TEST_CASE("a channel with a bound on bytes is full when what is queued weighs that much") {
  const Ref<Channel> channel = weighed(100, 4);
  Parcel parcel = of_weight(60);
  CHECK(channel->try_send(parcel) == Status::kDone);
  parcel = of_weight(41);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
  CHECK(parcel.weight() == 41);
  Parcel fitting = of_weight(40);
  CHECK(channel->try_send(fitting) == Status::kDone);
  Parcel taken;
  CHECK(channel->try_receive(taken) == Status::kDone);
  CHECK(channel->try_send(parcel) == Status::kDone);
  // The other bound holds as well.
  for (int i = 0; i < 2; ++i) {
    parcel = test::word(1);
    CHECK(channel->try_send(parcel) == Status::kDone);
  }
  parcel = test::word(1);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
}

TEST_CASE("a message heavier than the bound goes alone") {
  const Ref<Channel> channel = weighed(100);
  Parcel parcel = of_weight(1000);
  CHECK(channel->try_send(parcel) == Status::kDone);
  parcel = of_weight(1);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
  Parcel taken;
  CHECK(channel->try_receive(taken) == Status::kDone);
  CHECK(taken.weight() == 1000);
  CHECK(channel->try_send(parcel) == Status::kDone);
  parcel = of_weight(1000);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
}

TEST_CASE("one heavy message that is taken lets several light ones in") {
  const Ref<Channel> channel = weighed(100);
  Parcel parcel = of_weight(100);
  REQUIRE(channel->try_send(parcel) == Status::kDone);
  std::vector<std::thread> senders;
  std::atomic<int> sent{0};
  for (int i = 0; i < 5; ++i) {
    senders.emplace_back([&] {
      ThreadWaiter waiter;
      Parcel light = of_weight(20);
      if (channel->send(light, waiter, test::soon()) == Status::kDone) ++sent;
    });
  }
  test::let_others_park();
  CHECK(sent == 0);
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  for (std::thread& sender : senders) sender.join();
  CHECK(sent == 5);
  CHECK(channel->size() == 5);
}

TEST_CASE("a heavy message that waits is not passed by light ones that wait behind it") {
  const Ref<Channel> channel = weighed(100);
  Parcel parcel;
  for (int i = 0; i < 10; ++i) {
    parcel = of_weight(10);
    REQUIRE(channel->try_send(parcel) == Status::kDone);
  }
  ThreadWaiter heavy;
  ThreadWaiter light;
  Case first;
  first.waiter = &heavy;
  first.weight = 50;
  Case second;
  second.waiter = &light;
  second.weight = 10;
  REQUIRE(channel->arm(first) == Status::kWouldBlock);
  REQUIRE(channel->arm(second) == Status::kWouldBlock);
  for (int i = 0; i < 4; ++i) {
    REQUIRE(channel->try_receive(parcel) == Status::kDone);
    CHECK(heavy.waits());
    CHECK(light.waits());
  }
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(heavy.selected() == Waiter::kRetry);
  CHECK(light.waits());
  channel->disarm(first);
  channel->disarm(second);
}

TEST_CASE("a heavy message that is given up makes way for those that waited behind it") {
  const Ref<Channel> channel = weighed(100);
  Parcel parcel;
  for (int i = 0; i < 2; ++i) {
    parcel = of_weight(50);
    REQUIRE(channel->try_send(parcel) == Status::kDone);
  }
  ThreadWaiter waiters[3];
  Case cases[3];
  for (size_t i = 0; i < 3; ++i) {
    cases[i].waiter = &waiters[i];
    cases[i].weight = i == 0 ? 100 : 25;
    REQUIRE(channel->arm(cases[i]) == Status::kWouldBlock);
  }
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  for (const ThreadWaiter& waiter : waiters) CHECK(waiter.waits());

  REQUIRE(waiters[0].try_select(Waiter::kAborted));
  channel->disarm(cases[0]);
  CHECK(waiters[1].selected() == Waiter::kRetry);
  // Which wakes the next when it has sent.
  CHECK(waiters[2].waits());
  parcel = of_weight(25);
  REQUIRE(channel->try_send(parcel) == Status::kDone);
  CHECK(waiters[2].selected() == Waiter::kRetry);
  for (Case& own : cases) channel->disarm(own);
}

TEST_CASE("a bound on bytes is never exceeded by more than what goes alone") {
  const Ref<Channel> channel = weighed(64);
  std::vector<std::thread> senders;
  for (size_t weight : {8, 16, 24, 40}) {
    senders.emplace_back([&channel, weight] {
      ThreadWaiter waiter;
      for (int i = 0; i < 3000; ++i) {
        Parcel parcel = of_weight(weight);
        if (channel->send(parcel, waiter, test::soon()) != Status::kDone) std::abort();
      }
    });
  }
  ThreadWaiter waiter;
  Parcel parcel;
  size_t sum = 0;
  size_t most = 0;
  for (int i = 0; i < 4 * 3000; ++i) {
    most = std::max(most, channel->size());
    REQUIRE(channel->receive(parcel, waiter, test::soon()) == Status::kDone);
    sum += parcel.weight();
  }
  for (std::thread& sender : senders) sender.join();
  CHECK(sum == 3000 * (8 + 16 + 24 + 40));
  CHECK(most <= 64 / 8);
  CHECK(channel->size() == 0);
}

}  // namespace isolane

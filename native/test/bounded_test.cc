#include <algorithm>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

using test::block;
using test::number;
using test::word;

TEST_CASE("a buffered channel hands messages over in order") {
  const Ref<Channel> channel = Channel::create(3, "numbers");
  CHECK(channel->capacity() == 3);
  CHECK(channel->name() == "numbers");
  for (uint64_t i = 0; i < 3; ++i) {
    Parcel parcel = word(i);
    REQUIRE(channel->try_send(parcel) == Status::kDone);
    CHECK(parcel.empty());
    CHECK(channel->size() == i + 1);
  }
  for (uint64_t i = 0; i < 3; ++i) {
    Parcel parcel;
    REQUIRE(channel->try_receive(parcel) == Status::kDone);
    CHECK(number(parcel) == i);
  }
  CHECK(channel->size() == 0);
}

TEST_CASE("trying to send to a full buffered channel leaves the parcel with its sender") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel first = block(1);
  Parcel second = block(2);
  REQUIRE(channel->try_send(first) == Status::kDone);
  CHECK(channel->try_send(second) == Status::kWouldBlock);
  CHECK(number(second) == 2);
}

TEST_CASE("trying to receive from an empty buffered channel takes nothing") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel parcel;
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
  CHECK(parcel.empty());
}

TEST_CASE("a receiver that blocks is woken by a message") {
  const Ref<Channel> channel = Channel::create(1, "");
  Status status = Status::kWouldBlock;
  uint64_t received = 0;
  std::thread receiver([&] {
    ThreadWaiter waiter;
    Parcel parcel;
    status = channel->receive(parcel, waiter, test::soon());
    received = number(parcel);
  });
  test::let_others_park();
  Parcel parcel = block(42);
  CHECK(channel->try_send(parcel) == Status::kDone);
  receiver.join();
  CHECK(status == Status::kDone);
  CHECK(received == 42);
}

TEST_CASE("a sender that blocks is woken by room") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel first = word(1);
  REQUIRE(channel->try_send(first) == Status::kDone);
  Status status = Status::kWouldBlock;
  std::thread sender([&] {
    ThreadWaiter waiter;
    Parcel second = word(2);
    status = channel->send(second, waiter, test::soon());
  });
  test::let_others_park();
  Parcel parcel;
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(number(parcel) == 1);
  sender.join();
  CHECK(status == Status::kDone);
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(number(parcel) == 2);
}

TEST_CASE("each message wakes one of several blocked receivers") {
  constexpr uint64_t kReceivers = 4;
  const Ref<Channel> channel = Channel::create(kReceivers, "");
  std::atomic<uint64_t> sum{0};
  std::vector<std::thread> receivers;
  for (uint64_t i = 0; i < kReceivers; ++i) {
    receivers.emplace_back([&] {
      ThreadWaiter waiter;
      Parcel parcel;
      if (channel->receive(parcel, waiter, test::soon()) == Status::kDone) sum += number(parcel);
    });
  }
  test::let_others_park();
  for (uint64_t i = 0; i < kReceivers; ++i) {
    Parcel parcel = word(uint64_t{1} << (8 * i));
    REQUIRE(channel->try_send(parcel) == Status::kDone);
  }
  for (std::thread& receiver : receivers) receiver.join();
  CHECK(sum == 0x01010101);
}

TEST_CASE("arming a receiver on a channel that holds a message selects it at once") {
  const Ref<Channel> channel = Channel::create(1, "");
  Parcel parcel = word(1);
  channel->try_send(parcel);
  ThreadWaiter waiter;
  Case own;
  own.waiter = &waiter;
  own.side = Side::kReceiver;
  CHECK(channel->arm(own) == Status::kDone);
  CHECK(waiter.selected() == Waiter::kRetry);
  CHECK_FALSE(own.linked);
  channel->disarm(own);
  CHECK(channel->size() == 1);
}

TEST_CASE("a receiver that was woken but leaves passes its wake on") {
  const Ref<Channel> channel = Channel::create(2, "");
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter first(party, nullptr);
  LoopWaiter second(party, nullptr);
  Case cases[2];
  cases[0].waiter = &first;
  cases[1].waiter = &second;
  for (Case& own : cases) {
    own.side = Side::kReceiver;
    REQUIRE(channel->arm(own) == Status::kWouldBlock);
  }

  Parcel parcel = word(1);
  REQUIRE(channel->try_send(parcel) == Status::kDone);
  CHECK(first.selected() == Waiter::kRetry);
  CHECK(second.selected() == Waiter::kWaiting);
  channel->disarm(cases[0]);
  channel->pass_on(Side::kReceiver);
  CHECK(second.selected() == Waiter::kRetry);
  channel->disarm(cases[1]);
}

TEST_CASE("a wake that is passed on wakes nobody when there is nothing to go on with") {
  const Ref<Channel> channel = Channel::create(1, "");
  ThreadWaiter waiter;
  Case own;
  own.waiter = &waiter;
  own.side = Side::kReceiver;
  REQUIRE(channel->arm(own) == Status::kWouldBlock);
  channel->pass_on(Side::kReceiver);
  channel->pass_on(Side::kSender);
  CHECK(waiter.selected() == Waiter::kWaiting);
  channel->disarm(own);
}

TEST_CASE("a message wakes the next waiter when the first was selected elsewhere") {
  const Ref<Channel> channel = Channel::create(1, "");
  ThreadWaiter gone;
  ThreadWaiter waiting;
  Case cases[2];
  cases[0].waiter = &gone;
  cases[1].waiter = &waiting;
  for (Case& own : cases) {
    own.side = Side::kReceiver;
    REQUIRE(channel->arm(own) == Status::kWouldBlock);
  }
  REQUIRE(gone.try_select(Waiter::kAborted));
  Parcel parcel = word(1);
  channel->try_send(parcel);
  CHECK(waiting.selected() == Waiter::kRetry);
  for (Case& own : cases) channel->disarm(own);
}

TEST_CASE("a waiter that was selected elsewhere is not registered any more") {
  const Ref<Channel> taken = Channel::create(1, "");
  const Ref<Channel> other = Channel::create(1, "");
  ThreadWaiter waiter;
  Case first;
  Case second;
  first.waiter = second.waiter = &waiter;
  first.side = second.side = Side::kReceiver;
  REQUIRE(taken->arm(first) == Status::kWouldBlock);
  Parcel parcel = word(1);
  taken->try_send(parcel);
  REQUIRE(waiter.selected() == Waiter::kRetry);

  parcel = word(2);
  other->try_send(parcel);
  CHECK(other->arm(second) == Status::kWouldBlock);
  CHECK_FALSE(second.linked);
  taken->disarm(first);
  other->disarm(second);
}

TEST_CASE("who keeps its distance takes nothing, adds nothing and does not wait for more to come") {
  for (const size_t capacity : {size_t{0}, size_t{1}, size_t{64}, ChannelOptions::kUnbounded}) {
    CAPTURE(capacity);
    const Ref<Channel> channel = Channel::create(capacity, "");
    ThreadWaiter waiter;
    const size_t queued = std::min<size_t>(capacity, 20);
    for (size_t i = 0; i < queued; ++i) {
      Parcel parcel = test::word(i);
      REQUIRE(channel->try_send(parcel) == Status::kDone);
    }
    for (int i = 0; i < 200; ++i) {
      channel->keep_distance(Side::kSender, waiter);
      channel->keep_distance(Side::kReceiver, waiter);
    }
    CHECK(channel->size() == queued);
    for (size_t i = 0; i < queued; ++i) {
      Parcel parcel;
      REQUIRE(channel->try_receive(parcel) == Status::kDone);
      CHECK(test::number(parcel) == i);
    }
  }
}

TEST_CASE("a channel that does not fit into memory is not created") {
  CHECK_FALSE(Channel::create(SIZE_MAX - 1, "huge"));  // SIZE_MAX: unbounded
  CHECK_FALSE(Channel::create(SIZE_MAX / 64, "huge"));
}

TEST_CASE("a channel that is freed frees the messages in it") {
  const int64_t blocks = Block::live();
  const size_t channels = Channel::registry().size();
  {
    const Ref<Channel> channel = Channel::create(4, "");
    Parcel parcel = block(1);
    channel->try_send(parcel);
    CHECK(Block::live() == blocks + 1);
    CHECK(Channel::registry().size() == channels + 1);
  }
  CHECK(Block::live() == blocks);
  CHECK(Channel::registry().size() == channels);
}

}  // namespace isolane

#include <thread>

#include "core/channel.h"
#include "core/segments.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

using test::block;
using test::number;
using test::word;

namespace {

Ref<Channel> unbounded() { return Channel::create(ChannelOptions::kUnbounded, ""); }

}  // namespace

TEST_CASE("an unbounded channel takes whatever is sent, and hands it over in order") {
  const Ref<Channel> channel = unbounded();
  CHECK(channel->capacity() == ChannelOptions::kUnbounded);
  constexpr uint64_t kMessages = 1000;
  for (uint64_t i = 0; i < kMessages; ++i) {
    Parcel parcel = i % 3 == 0 ? block(i) : word(i);
    REQUIRE(channel->try_send(parcel) == Status::kDone);
    CHECK(parcel.empty());
    CHECK(channel->size() == i + 1);
  }
  for (uint64_t i = 0; i < kMessages; ++i) {
    Parcel parcel;
    REQUIRE(channel->try_receive(parcel) == Status::kDone);
    CHECK(number(parcel) == i);
    CHECK(channel->size() == kMessages - i - 1);
  }
  Parcel parcel;
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
}

TEST_CASE("an unbounded channel gives memory back as its messages are taken") {
  const int64_t before = Segments::live();
  {
    const Ref<Channel> channel = unbounded();
    CHECK(Segments::live() == before);  // none before the first message
    for (uint64_t i = 0; i < 31 * 100; ++i) {
      Parcel parcel = word(i);
      channel->try_send(parcel);
    }
    CHECK(Segments::live() - before >= 100);
    Parcel parcel;
    while (channel->try_receive(parcel) == Status::kDone) {
    }
    CHECK(Segments::live() - before <= 2);
    // Sending and receiving in turn stays as small, however often.
    for (uint64_t i = 0; i < 10'000; ++i) {
      parcel = word(i);
      channel->try_send(parcel);
      REQUIRE(channel->try_receive(parcel) == Status::kDone);
      REQUIRE(number(parcel) == i);
    }
    CHECK(Segments::live() - before <= 2);
  }
  CHECK(Segments::live() == before);
}

TEST_CASE("an unbounded channel that goes frees what is queued") {
  const int64_t blocks = Block::live();
  const int64_t segments = Segments::live();
  for (uint64_t queued : {0, 1, 30, 31, 32, 62, 63, 100}) {
    const Ref<Channel> channel = unbounded();
    for (uint64_t i = 0; i < queued; ++i) {
      Parcel parcel = block(i);
      channel->try_send(parcel);
    }
  }
  CHECK(Block::live() == blocks);
  CHECK(Segments::live() == segments);
}

TEST_CASE("an unbounded channel closes, drains and is poisoned like any other") {
  for (uint64_t queued : {0, 1, 31, 40}) {
    const Ref<Channel> channel = unbounded();
    Parcel parcel;
    for (uint64_t i = 0; i < queued; ++i) {
      parcel = word(i);
      channel->try_send(parcel);
    }
    channel->close();
    parcel = word(99);
    CHECK(channel->try_send(parcel) == Status::kClosed);
    CHECK(number(parcel) == 99);
    CHECK(channel->size() == queued);
    for (uint64_t i = 0; i < queued / 2; ++i) {
      REQUIRE(channel->try_receive(parcel) == Status::kDone);
      CHECK(number(parcel) == i);
    }
    channel->poison({});
    CHECK(channel->size() == 0);
    CHECK(channel->try_receive(parcel) == Status::kPoisoned);
  }
}

TEST_CASE("a receiver that blocks on an unbounded channel is woken by a message, and by closing") {
  const Ref<Channel> channel = unbounded();
  Status first = Status::kWouldBlock;
  Status second = Status::kWouldBlock;
  std::thread receiver([&] {
    ThreadWaiter waiter;
    Parcel parcel;
    first = channel->receive(parcel, waiter, test::soon());
    second = channel->receive(parcel, waiter, test::soon());
  });
  test::let_others_park();
  Parcel parcel = word(1);
  channel->try_send(parcel);
  test::let_others_park();
  channel->close();
  receiver.join();
  CHECK(first == Status::kDone);
  CHECK(second == Status::kClosed);
}

}  // namespace isolane

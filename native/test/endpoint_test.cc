#include "core/endpoint.h"

#include <thread>
#include <utility>

#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

using test::number;
using test::word;

// What native/value makes of an endpoint in a message.
struct Carried final : Attachment {
  explicit Carried(Endpoint carried) : endpoint(std::move(carried)) {}
  Endpoint endpoint;
};

}  // namespace

TEST_CASE("a pair is one open sender and one open receiver") {
  const Ref<Channel> channel = Channel::create(1, "");
  auto [sender, receiver] = Endpoint::pair(channel);
  CHECK(sender.open());
  CHECK(sender.side() == Side::kSender);
  CHECK(receiver.open());
  CHECK(receiver.side() == Side::kReceiver);
  CHECK(sender.channel() == channel.get());
  CHECK(channel->senders() == 1);
  CHECK(channel->receivers() == 1);
}

TEST_CASE("receivers drain and then end when the last sender goes") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(2, ""));
  Endpoint second = sender.clone();
  CHECK(receiver.channel()->senders() == 2);
  Parcel parcel = word(1);
  REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
  sender.close();
  CHECK_FALSE(receiver.channel()->closed());
  second.close();
  CHECK(receiver.channel()->closed());
  CHECK(receiver.channel()->reason().empty());
  REQUIRE(receiver.channel()->try_receive(parcel) == Status::kDone);
  CHECK(number(parcel) == 1);
  CHECK(receiver.channel()->try_receive(parcel) == Status::kClosed);
}

TEST_CASE("senders are told at once when the last receiver goes, and what is queued is dropped") {
  const int64_t before = Block::live();
  auto [sender, receiver] = Endpoint::pair(Channel::create(2, ""));
  Parcel parcel = test::block(1);
  REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
  receiver.close();
  CHECK(Block::live() == before);
  CHECK(sender.channel()->size() == 0);
  parcel = word(2);
  CHECK(sender.channel()->try_send(parcel) == Status::kClosed);
  CHECK(number(parcel) == 2);
}

TEST_CASE("the last receiver drops what is queued in a closed channel too") {
  const int64_t before = Block::live();
  auto [sender, receiver] = Endpoint::pair(Channel::create(2, ""));
  Parcel parcel = test::block(1);
  sender.channel()->try_send(parcel);
  sender.channel()->close({1});
  CHECK(Block::live() == before + 1);
  receiver.close();
  CHECK(Block::live() == before);
  CHECK(sender.channel()->reason() == Reason{1});
}

TEST_CASE("the last receiver that goes wakes a sender that blocks") {
  for (const size_t capacity : {0, 1}) {
    auto [sender, receiver] = Endpoint::pair(Channel::create(capacity, ""));
    Channel& channel = *sender.channel();
    Parcel filler = word(0);
    channel.try_send(filler);
    Status status = Status::kDone;
    std::thread blocked([&] {
      ThreadWaiter waiter;
      Parcel parcel = word(1);
      status = channel.send(parcel, waiter, test::soon());
    });
    test::let_others_park();
    receiver.close();
    blocked.join();
    CHECK(status == Status::kClosed);
  }
}

TEST_CASE("the last sender that goes wakes a receiver that blocks") {
  for (const size_t capacity : {0, 1}) {
    auto [sender, receiver] = Endpoint::pair(Channel::create(capacity, ""));
    Channel& channel = *receiver.channel();
    Status status = Status::kDone;
    std::thread blocked([&] {
      ThreadWaiter waiter;
      Parcel parcel;
      status = channel.receive(parcel, waiter, test::soon());
    });
    test::let_others_park();
    sender.close();
    blocked.join();
    CHECK(status == Status::kClosed);
  }
}

TEST_CASE("closing an endpoint twice counts once") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  Endpoint second = sender.clone();
  second.close();
  second.close();
  CHECK_FALSE(second.open());
  CHECK(sender.channel()->senders() == 1);
  CHECK_FALSE(sender.channel()->closed());
}

TEST_CASE("a closed endpoint still names its channel, and clones into a closed one") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, "named"));
  receiver.close();
  REQUIRE(receiver.channel() != nullptr);
  CHECK(receiver.channel()->name() == "named");
  const Endpoint clone = receiver.clone();
  CHECK_FALSE(clone.open());
  CHECK(clone.channel() == receiver.channel());
  CHECK(clone.side() == Side::kReceiver);
  CHECK(sender.channel()->receivers() == 0);
}

TEST_CASE("an endpoint that is moved remains one handle") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  Endpoint moved = std::move(sender);
  CHECK_FALSE(sender.open());
  CHECK(moved.channel()->senders() == 1);
  Endpoint assigned;
  CHECK_FALSE(assigned.open());
  CHECK(assigned.channel() == nullptr);
  assigned = std::move(moved);
  CHECK(assigned.channel()->senders() == 1);
  CHECK_FALSE(assigned.channel()->closed());
  assigned = Endpoint();
  CHECK(receiver.channel()->closed());
}

TEST_CASE("an endpoint that is overwritten is closed") {
  auto [first_sender, first_receiver] = Endpoint::pair(Channel::create(1, ""));
  auto [second_sender, second_receiver] = Endpoint::pair(Channel::create(1, ""));
  first_sender = std::move(second_sender);
  CHECK(first_receiver.channel()->closed());
  CHECK_FALSE(second_receiver.channel()->closed());
}

TEST_CASE("a channel lives as long as one of its endpoints") {
  const size_t before = Channel::registry().size();
  {
    auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
    CHECK(Channel::registry().size() == before + 1);
    { const Endpoint gone = std::move(sender); }
    CHECK(Channel::registry().size() == before + 1);
  }
  CHECK(Channel::registry().size() == before);
}

TEST_CASE("an endpoint in a message that is dropped is closed") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  auto [inner_sender, inner_receiver] = Endpoint::pair(Channel::create(1, ""));
  Parcel parcel = test::block(1);
  parcel.block()->attachments.push_back(std::make_unique<Carried>(std::move(inner_sender)));
  REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
  CHECK_FALSE(inner_receiver.channel()->closed());
  receiver.close();
  CHECK(inner_receiver.channel()->closed());
}

TEST_CASE("a channel that holds its own last sender is freed when its receiver goes") {
  const size_t before = Channel::registry().size();
  {
    auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
    Channel& channel = *receiver.channel();
    Parcel parcel = test::block(1);
    parcel.block()->attachments.push_back(std::make_unique<Carried>(std::move(sender)));
    REQUIRE(channel.try_send(parcel) == Status::kDone);
    CHECK_FALSE(channel.closed());
  }
  CHECK(Channel::registry().size() == before);
}

TEST_CASE("endpoints are counted right when threads clone and close them at once") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([own = sender.clone()] {
      for (int i = 0; i < 1000; ++i) {
        Endpoint clone = own.clone();
        const Endpoint moved = std::move(clone);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  CHECK(receiver.channel()->senders() == 1);
  CHECK_FALSE(receiver.channel()->closed());
}

}  // namespace isolane

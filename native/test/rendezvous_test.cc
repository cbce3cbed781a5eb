#include <thread>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

using test::block;
using test::number;
using test::word;

Case make_case(Waiter& waiter, Side side) {
  Case made;
  made.waiter = &waiter;
  made.side = side;
  return made;
}

uintptr_t committed(const Case& own) { return reinterpret_cast<uintptr_t>(&own); }

}  // namespace

TEST_CASE("a rendezvous has no room") {
  const Ref<Channel> channel = Channel::create(0, "meet");
  CHECK(channel->capacity() == 0);
  CHECK(channel->size() == 0);
  Parcel parcel = block(1);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
  CHECK(number(parcel) == 1);
  Parcel none;
  CHECK(channel->try_receive(none) == Status::kWouldBlock);
  CHECK(none.empty());
}

TEST_CASE("a sender that tries meets a receiver that blocks") {
  const Ref<Channel> channel = Channel::create(0, "");
  uint64_t received = 0;
  std::thread receiver([&] {
    ThreadWaiter waiter;
    Parcel parcel;
    if (channel->receive(parcel, waiter, test::soon()) == Status::kDone) received = number(parcel);
  });
  Parcel parcel = block(7);
  while (channel->try_send(parcel) == Status::kWouldBlock) std::this_thread::yield();
  CHECK(parcel.empty());
  receiver.join();
  CHECK(received == 7);
}

TEST_CASE("a receiver that tries meets a sender that blocks") {
  const Ref<Channel> channel = Channel::create(0, "");
  Status status = Status::kWouldBlock;
  bool emptied = false;
  std::thread sender([&] {
    ThreadWaiter waiter;
    Parcel parcel = block(8);
    status = channel->send(parcel, waiter, test::soon());
    emptied = parcel.empty();
  });
  Parcel parcel;
  while (channel->try_receive(parcel) == Status::kWouldBlock) std::this_thread::yield();
  CHECK(number(parcel) == 8);
  sender.join();
  CHECK(status == Status::kDone);
  CHECK(emptied);
}

TEST_CASE("a sender does not return before it has met its receiver") {
  const Ref<Channel> channel = Channel::create(0, "");
  std::atomic<bool> sent{false};
  std::thread sender([&] {
    ThreadWaiter waiter;
    Parcel parcel = word(1);
    channel->send(parcel, waiter, test::soon());
    sent = true;
  });
  test::let_others_park();
  CHECK_FALSE(sent);
  ThreadWaiter waiter;
  Parcel parcel;
  CHECK(channel->receive(parcel, waiter, test::soon()) == Status::kDone);
  sender.join();
  CHECK(sent);
}

TEST_CASE("arming commits with a waiting opposite party at once, both ways") {
  const Ref<Channel> channel = Channel::create(0, "");
  for (const Side first : {Side::kSender, Side::kReceiver}) {
    ThreadWaiter waiting;
    ThreadWaiter arriving;
    Case one = make_case(waiting, first);
    Case two = make_case(arriving, opposite(first));
    (first == Side::kSender ? one : two).parcel = block(3);
    REQUIRE(channel->arm(one) == Status::kWouldBlock);
    REQUIRE(channel->arm(two) == Status::kDone);
    CHECK(waiting.selected() == committed(one));
    CHECK(arriving.selected() == committed(two));
    channel->disarm(one);
    channel->disarm(two);
    CHECK((first == Side::kSender ? one : two).parcel.empty());
    CHECK(number((first == Side::kSender ? two : one).parcel) == 3);
  }
}

TEST_CASE("senders are met in the order in which they came") {
  const Ref<Channel> channel = Channel::create(0, "");
  ThreadWaiter waiters[3];
  Case cases[3];
  for (uint64_t i = 0; i < 3; ++i) {
    cases[i].waiter = &waiters[i];
    cases[i].parcel = word(i);
    REQUIRE(channel->arm(cases[i]) == Status::kWouldBlock);
  }
  // The one in the middle gives up.
  REQUIRE(waiters[1].try_select(Waiter::kAborted));
  channel->disarm(cases[1]);
  CHECK(number(cases[1].parcel) == 1);
  Parcel parcel;
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(number(parcel) == 0);
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(number(parcel) == 2);
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
  for (Case& own : cases) channel->disarm(own);
}

TEST_CASE("a waiter never meets itself") {
  const Ref<Channel> channel = Channel::create(0, "");
  ThreadWaiter both;
  Case sends = make_case(both, Side::kSender);
  sends.parcel = word(1);
  Case receives = make_case(both, Side::kReceiver);
  REQUIRE(channel->arm(sends) == Status::kWouldBlock);
  REQUIRE(channel->arm(receives) == Status::kWouldBlock);
  CHECK(both.selected() == Waiter::kWaiting);

  // A second sender meets the receiving case, and the sending one stays as it was.
  Parcel other = word(2);
  REQUIRE(channel->try_send(other) == Status::kDone);
  CHECK(both.selected() == committed(receives));
  channel->disarm(sends);
  channel->disarm(receives);
  CHECK(number(receives.parcel) == 2);
  CHECK(number(sends.parcel) == 1);
}

TEST_CASE("a party that was selected elsewhere is passed over") {
  const Ref<Channel> channel = Channel::create(0, "");
  ThreadWaiter gone;
  ThreadWaiter waiting;
  ThreadWaiter sender;
  Case first = make_case(gone, Side::kReceiver);
  Case second = make_case(waiting, Side::kReceiver);
  REQUIRE(channel->arm(first) == Status::kWouldBlock);
  REQUIRE(channel->arm(second) == Status::kWouldBlock);
  REQUIRE(gone.try_select(Waiter::kAborted));
  Case own = make_case(sender, Side::kSender);
  own.parcel = word(1);
  REQUIRE(channel->arm(own) == Status::kDone);
  CHECK(gone.selected() == Waiter::kAborted);
  CHECK(waiting.selected() == committed(second));
  for (Case* armed : {&first, &second, &own}) channel->disarm(*armed);
  CHECK(first.parcel.empty());
  CHECK(number(second.parcel) == 1);
}

TEST_CASE("a waiter that was selected in one channel meets nobody in another") {
  const Ref<Channel> taken = Channel::create(0, "");
  const Ref<Channel> other = Channel::create(0, "");
  ThreadWaiter receiver;
  ThreadWaiter sender;
  Case in_taken = make_case(receiver, Side::kReceiver);
  Case in_other = make_case(receiver, Side::kReceiver);
  Case offer = make_case(sender, Side::kSender);
  offer.parcel = word(2);
  REQUIRE(other->arm(offer) == Status::kWouldBlock);
  REQUIRE(taken->arm(in_taken) == Status::kWouldBlock);
  Parcel parcel = word(1);
  REQUIRE(taken->try_send(parcel) == Status::kDone);

  CHECK(other->arm(in_other) == Status::kWouldBlock);
  CHECK_FALSE(in_other.linked);
  CHECK(receiver.selected() == committed(in_taken));
  CHECK(sender.selected() == Waiter::kWaiting);
  taken->disarm(in_taken);
  other->disarm(in_other);
  other->disarm(offer);
  CHECK(number(in_taken.parcel) == 1);
  CHECK(number(offer.parcel) == 2);
}

TEST_CASE("a rendezvous never wakes anybody to try again") {
  const Ref<Channel> channel = Channel::create(0, "");
  ThreadWaiter waiter;
  Case own = make_case(waiter, Side::kReceiver);
  REQUIRE(channel->arm(own) == Status::kWouldBlock);
  channel->pass_on(Side::kReceiver);
  CHECK(waiter.selected() == Waiter::kWaiting);
  channel->disarm(own);
}

}  // namespace isolane

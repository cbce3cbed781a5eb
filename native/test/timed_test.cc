#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "core/endpoint.h"
#include "core/watchdog.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

namespace {

using std::chrono::milliseconds;

double moment(const Parcel& parcel) {
  const uint64_t bits = parcel.word();
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

double wall_clock() {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  return Milliseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

Status receive(const Ref<Channel>& channel, Parcel& parcel, Deadline deadline = test::soon()) {
  ThreadWaiter waiter;
  return channel->receive(parcel, waiter, deadline);
}

}  // namespace

TEST_CASE("after a time there is one message, and no other") {
  const Clock::time_point start = Clock::now();
  const Ref<Channel> channel = Channel::after(start + milliseconds(20), test::kTag);
  Parcel parcel;
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
  CHECK(channel->size() == 0);
  CHECK(channel->will_fire());
  const double due = wall_clock() + 20;
  REQUIRE(receive(channel, parcel) == Status::kDone);
  CHECK(Clock::now() - start >= milliseconds(20));
  CHECK(parcel.tag() == test::kTag);
  CHECK(moment(parcel) <= due + 1);
  CHECK(moment(parcel) >= due - 1000);
  CHECK_FALSE(channel->will_fire());
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
  CHECK(receive(channel, parcel, test::in_milliseconds(10)) == Status::kTimedOut);
}

TEST_CASE("what has come is there for whoever looks later") {
  const Ref<Channel> channel = Channel::after(Clock::now(), test::kTag);
  CHECK(channel->size() == 1);
  Parcel parcel;
  CHECK(channel->try_receive(parcel) == Status::kDone);
  CHECK(channel->size() == 0);
}

TEST_CASE("of several that wait for one time, one has it") {
  const Ref<Channel> channel = Channel::after(test::in_milliseconds(20), test::kTag);
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      Parcel parcel;
      if (receive(channel, parcel, test::in_milliseconds(200)) == Status::kDone) ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 1);
}

TEST_CASE("never is a time that does not come") {
  const size_t alarms = Watchdog::pending();
  const Ref<Channel> channel = Channel::after(kForever, test::kTag);
  Parcel parcel;
  CHECK_FALSE(channel->will_fire());
  CHECK(receive(channel, parcel, test::in_milliseconds(10)) == Status::kTimedOut);
  CHECK(Watchdog::pending() == alarms);
  std::thread closes([&] {
    test::let_others_park();
    channel->close();
  });
  CHECK(receive(channel, parcel) == Status::kClosed);
  closes.join();
}

TEST_CASE("ticks come at whole periods, and never two for one slow reader") {
  const Clock::duration period = milliseconds(20);
  const Ref<Channel> channel = Channel::tick(period, test::kTag);
  Parcel parcel;
  REQUIRE(receive(channel, parcel) == Status::kDone);
  const double first = moment(parcel);
  std::this_thread::sleep_for(5 * period);
  CHECK(channel->size() == 1);
  REQUIRE(channel->try_receive(parcel) == Status::kDone);
  CHECK(channel->try_receive(parcel) == Status::kWouldBlock);
  const double late = (moment(parcel) - first) / 20;
  CHECK(late >= 4.5);
  CHECK(late - std::round(late) < 0.2);
  REQUIRE(receive(channel, parcel) == Status::kDone);
  CHECK(channel->will_fire());
}

TEST_CASE("each tick goes to one of those that wait, and all of them go on in turn") {
  const Ref<Channel> channel = Channel::tick(milliseconds(5), test::kTag);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      Parcel parcel;
      for (int n = 0; n < 4; ++n) {
        if (receive(channel, parcel) != Status::kDone) std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("a loop that waits for a time is told, and one that gives up leaves nothing behind") {
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter waiter(party, nullptr);
  {
    const Ref<Channel> channel = Channel::after(test::in_milliseconds(20), test::kTag);
    waiter.reset();
    Case own;
    own.waiter = &waiter;
    own.side = Side::kReceiver;
    REQUIRE(channel->arm(own) == Status::kWouldBlock);
    CHECK(party->wait(test::soon()));
    CHECK(party->take_ready() == &waiter);
    channel->disarm(own);
    Parcel parcel;
    CHECK(channel->try_receive(parcel) == Status::kDone);
  }
  const size_t alarms = Watchdog::pending();
  {
    const Ref<Channel> channel = Channel::after(Clock::now() + std::chrono::hours(1), test::kTag);
    waiter.reset();
    Case own;
    own.waiter = &waiter;
    own.side = Side::kReceiver;
    REQUIRE(channel->arm(own) == Status::kWouldBlock);
    CHECK(Watchdog::pending() == alarms + 1);
    waiter.try_select(Waiter::kAborted);
    channel->disarm(own);
  }
  CHECK(Watchdog::pending() == alarms);
}

TEST_CASE("nothing can be sent into a time, and its last receiver closes it") {
  const Ref<Channel> channel = Channel::after(kForever, test::kTag);
  Parcel parcel = test::word(1);
  CHECK(channel->try_send(parcel) == Status::kWouldBlock);
  Endpoint receiver = Endpoint::receiver_of(channel);
  CHECK(channel->receivers() == 1);
  CHECK(channel->senders() == 0);
  CHECK_FALSE(channel->closed());
  receiver.close();
  CHECK(channel->closed());
}

}  // namespace isolane

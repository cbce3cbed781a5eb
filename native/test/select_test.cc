#include <thread>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

using test::number;
using test::word;

uintptr_t committed(const Case& own) { return reinterpret_cast<uintptr_t>(&own); }

}  // namespace

TEST_CASE("a waiter on several channels is selected by the first that goes on, and by no other") {
  const Ref<Channel> channels[] = {Channel::create(1, ""), Channel::create(1, ""),
                                   Channel::create(0, "")};
  ThreadWaiter waiter;
  Case cases[3];
  for (size_t i = 0; i < 3; ++i) {
    cases[i].waiter = &waiter;
    cases[i].side = Side::kReceiver;
    REQUIRE(channels[i]->arm(cases[i]) == Status::kWouldBlock);
  }
  Parcel parcel = word(1);
  REQUIRE(channels[1]->try_send(parcel) == Status::kDone);
  CHECK(waiter.selected() == Waiter::kRetry);
  // The rendezvous finds nobody any more.
  parcel = word(2);
  CHECK(channels[2]->try_send(parcel) == Status::kWouldBlock);
  for (size_t i = 0; i < 3; ++i) channels[i]->disarm(cases[i]);
  CHECK(cases[2].parcel.empty());
}

TEST_CASE("two waiters that want to meet in two channels meet in one") {
  // Each has armed one channel and then arms the other's, at the same moment: neither may commit
  // twice, and at least one must commit.
  for (int round = 0; round < 500; ++round) {
    const Ref<Channel> left = Channel::create(0, "");
    const Ref<Channel> right = Channel::create(0, "");
    struct Party {
      ThreadWaiter waiter;
      Case sends;
      Case receives;
      uintptr_t outcome = 0;
    };
    Party parties[2];
    std::atomic<int> here{0};
    const auto run = [&](Party& party, Channel& to, Channel& from, uint64_t value) {
      party.sends.waiter = party.receives.waiter = &party.waiter;
      party.receives.side = Side::kReceiver;
      party.sends.parcel = word(value);
      ++here;
      while (here < 2) cpu_relax();
      if (to.arm(party.sends) == Status::kWouldBlock) from.arm(party.receives);
      party.outcome = party.waiter.park_until(test::soon());
      to.disarm(party.sends);
      from.disarm(party.receives);
    };
    std::thread other([&] { run(parties[1], *right, *left, 2); });
    run(parties[0], *left, *right, 1);
    other.join();

    const bool first_sent = parties[0].outcome == committed(parties[0].sends);
    if (first_sent) {
      REQUIRE(parties[1].outcome == committed(parties[1].receives));
      REQUIRE(number(parties[1].receives.parcel) == 1);
      REQUIRE(number(parties[1].sends.parcel) == 2);
      REQUIRE(parties[0].receives.parcel.empty());
    } else {
      REQUIRE(parties[0].outcome == committed(parties[0].receives));
      REQUIRE(parties[1].outcome == committed(parties[1].sends));
      REQUIRE(number(parties[0].receives.parcel) == 2);
      REQUIRE(number(parties[0].sends.parcel) == 1);
      REQUIRE(parties[1].receives.parcel.empty());
    }
  }
}

}  // namespace isolane

#include "core/party.h"

#include <thread>
#include <vector>

#include "core/channel.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

Letter letter(uint64_t id, uint64_t bits = 0) {
  Letter made;
  made.from = 1;
  made.type = 2;
  made.id = id;
  made.body = test::block(bits);
  return made;
}

}  // namespace

TEST_CASE("letters arrive in the order in which they were posted") {
  const auto party = make_party<test::ThreadParty>();
  for (uint64_t i = 0; i < 5; ++i) CHECK(party->post(letter(i, i * 10)));
  CHECK(party->has_mail());
  Letter taken;
  for (uint64_t i = 0; i < 5; ++i) {
    REQUIRE(party->take_letter(taken));
    CHECK(taken.from == 1);
    CHECK(taken.type == 2);
    CHECK(taken.id == i);
    CHECK(test::number(taken.body) == i * 10);
  }
  CHECK_FALSE(party->take_letter(taken));
  CHECK_FALSE(party->has_mail());
}

TEST_CASE("a loop is woken by the first letter and not again until it has taken them all") {
  const auto party = make_party<test::ThreadParty>();
  party->post(letter(1));
  party->post(letter(2));
  party->post(letter(3));
  CHECK(party->wakes() == 1);
  Letter taken;
  while (party->take_letter(taken)) {
  }
  party->post(letter(4));
  CHECK(party->wakes() == 2);
}

TEST_CASE("a closed party takes no letters, and the sender keeps them") {
  const int64_t before = Block::live();
  const auto party = make_party<test::ThreadParty>();
  party->post(letter(1));
  CHECK_FALSE(party->closed());
  party->close();
  CHECK(party->closed());
  CHECK(Block::live() == before);
  Letter kept = letter(2, 7);
  CHECK_FALSE(party->post(std::move(kept)));
  CHECK(test::number(kept.body) == 7);
  Letter none;
  CHECK_FALSE(party->take_letter(none));
  CHECK(party->wakes() == 1);
}

TEST_CASE("a loop waiter that is selected appears in its party's list once") {
  const auto party = make_party<test::ThreadParty>();
  int owner = 0;
  LoopWaiter waiter(party, &owner);
  CHECK(waiter.owner() == &owner);
  CHECK(party->take_ready() == nullptr);
  waiter.unpark();
  waiter.unpark();
  CHECK(party->has_mail());
  CHECK(party->wakes() == 1);
  CHECK(party->take_ready() == &waiter);
  CHECK(party->take_ready() == nullptr);
  CHECK_FALSE(party->has_mail());
}

TEST_CASE("ready waiters are taken in the order in which they were selected") {
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter one(party, nullptr);
  LoopWaiter two(party, nullptr);
  LoopWaiter three(party, nullptr);
  for (LoopWaiter* waiter : {&two, &three, &one}) waiter->unpark();
  CHECK(party->take_ready() == &two);
  CHECK(party->take_ready() == &three);
  CHECK(party->take_ready() == &one);
}

TEST_CASE("a loop waiter that is destroyed leaves the list") {
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter first(party, nullptr);
  LoopWaiter last(party, nullptr);
  {
    LoopWaiter middle(party, nullptr);
    for (LoopWaiter* waiter : {&first, &middle, &last}) waiter->unpark();
  }
  CHECK(party->take_ready() == &first);
  CHECK(party->take_ready() == &last);
  CHECK(party->take_ready() == nullptr);
}

TEST_CASE("a letter of some type can be taken before those that came first") {
  auto party = make_party<test::ThreadParty>();
  for (uint32_t type : {7u, 40u, 12u, 41u}) {
    Letter letter;
    letter.type = type;
    CHECK(party->post(std::move(letter)));
  }
  Letter taken;
  CHECK(party->take_letter(taken, 40, 49));
  CHECK(taken.type == 40);
  CHECK(party->take_letter(taken, 40, 49));
  CHECK(taken.type == 41);
  CHECK_FALSE(party->take_letter(taken, 40, 49));
  CHECK(taken.type == 41);
  CHECK(party->take_letter(taken));
  CHECK(taken.type == 7);
  CHECK(party->take_letter(taken));
  CHECK(taken.type == 12);
  CHECK_FALSE(party->take_letter(taken));
}

TEST_CASE("a waiter that becomes ready while letters are queued wakes the loop too") {
  // Otherwise a loop that has just looked at its waiters would sleep on it.
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter waiter(party, nullptr);
  party->post(letter(1));
  CHECK(party->take_ready() == nullptr);
  waiter.unpark();
  CHECK(party->wakes() == 2);
}

TEST_CASE("a closed party is not woken by its waiters") {
  const auto party = make_party<test::ThreadParty>();
  LoopWaiter waiter(party, nullptr);
  waiter.unpark();
  party->close();
  CHECK(party->take_ready() == nullptr);
  waiter.unpark();
  CHECK(party->take_ready() == nullptr);
  CHECK(party->wakes() == 1);
}

TEST_CASE("a message wakes the loop whose waiter is armed, once") {
  for (const size_t capacity : {0, 4}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    const auto party = make_party<test::ThreadParty>();
    LoopWaiter waiter(party, nullptr);
    Case own;
    own.waiter = &waiter;
    own.side = Side::kReceiver;
    REQUIRE(channel->arm(own) == Status::kWouldBlock);
    std::thread sender([&] {
      ThreadWaiter blocked;
      Parcel parcel = test::word(5);
      channel->send(parcel, blocked, test::soon());
    });
    REQUIRE(party->wait(test::soon()));
    CHECK(party->take_ready() == &waiter);
    channel->disarm(own);
    Parcel parcel;
    if (waiter.selected() == Waiter::kRetry) {
      CHECK(channel->try_receive(parcel) == Status::kDone);
    } else {
      parcel = std::move(own.parcel);
    }
    CHECK(test::number(parcel) == 5);
    sender.join();
    CHECK(party->wakes() == 1);
  }
}

TEST_CASE("letters from many threads arrive each once, each thread's in order") {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kLetters = 1000;
  const auto party = make_party<test::ThreadParty>();
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t i = 0; i < kLetters; ++i) {
        Letter posted = letter(i);
        posted.from = t;
        party->post(std::move(posted));
      }
    });
  }
  uint64_t next[kThreads] = {};
  uint64_t count = 0;
  while (count < kThreads * kLetters) {
    REQUIRE(party->wait(test::soon()));
    Letter taken;
    while (party->take_letter(taken)) {
      REQUIRE(taken.id == next[taken.from]++);
      ++count;
    }
  }
  for (std::thread& thread : threads) thread.join();
  CHECK_FALSE(party->has_mail());
}

TEST_CASE("parties have ids of their own and are found by them while they live") {
  uint64_t id = 0;
  {
    const auto party = make_party<test::ThreadParty>();
    const auto other = make_party<test::ThreadParty>();
    id = party->id();
    CHECK(other->id() == id + 1);
    CHECK(Party::registry().find(id) == party);
    CHECK(Party::registry().find(id + 1) == other);
  }
  CHECK(Party::registry().find(id) == nullptr);
}

}  // namespace isolane

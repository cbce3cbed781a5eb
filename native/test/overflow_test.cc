#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "core/endpoint.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {

using test::block;
using test::number;
using test::word;

namespace {

constexpr uint32_t kLost = 7;

struct Lossy {
  explicit Lossy(Overflow overflow, size_t capacity = 2,
                 size_t max_bytes = ChannelOptions::kUnbounded) {
    ChannelOptions options;
    options.capacity = capacity;
    options.overflow = overflow;
    options.max_bytes = max_bytes;
    options.losses = LossReport{party->id(), kLost};
    channel = Channel::create(options);
  }

  Status send(uint64_t bits) {
    Parcel parcel = block(bits);
    const Status status = channel->try_send(parcel);
    CHECK(parcel.empty() == (status == Status::kDone));
    return status;
  }

  std::vector<uint64_t> drain() {
    std::vector<uint64_t> all;
    Parcel parcel;
    while (channel->try_receive(parcel) == Status::kDone) all.push_back(number(parcel));
    return all;
  }

  // What was reported as lost, and that it was for that reason.
  std::vector<uint64_t> lost(Loss loss) {
    std::vector<uint64_t> all;
    Letter letter;
    while (party->take_letter(letter)) {
      CHECK(letter.type == kLost);
      if (letter.id % 4 == static_cast<uint64_t>(Loss::kNone)) continue;
      CHECK(letter.id == channel->id() * 4 + static_cast<uint64_t>(loss));
      all.push_back(number(letter.body));
    }
    return all;
  }

  std::shared_ptr<test::ThreadParty> party = make_party<test::ThreadParty>();
  Ref<Channel> channel;
};

using Numbers = std::vector<uint64_t>;

}  // namespace

TEST_CASE("a full channel that drops the newest keeps what it has") {
  Lossy lossy(Overflow::kDropNewest);
  for (uint64_t i = 0; i < 5; ++i) CHECK(lossy.send(i) == Status::kDone);
  CHECK(lossy.channel->size() == 2);
  CHECK(lossy.drain() == Numbers{0, 1});
  CHECK(lossy.lost(Loss::kOverflow) == Numbers{2, 3, 4});
}

TEST_CASE("a full channel that drops the oldest has the last ones sent") {
  Lossy lossy(Overflow::kDropOldest);
  for (uint64_t i = 0; i < 5; ++i) CHECK(lossy.send(i) == Status::kDone);
  CHECK(lossy.channel->size() == 2);
  CHECK(lossy.drain() == Numbers{3, 4});
  CHECK(lossy.lost(Loss::kOverflow) == Numbers{0, 1, 2});
}

TEST_CASE("a channel that drops the oldest is never found emptier than it is") {
  Lossy lossy(Overflow::kDropOldest, 1);
  lossy.send(0);
  std::atomic<bool> done{false};
  std::thread sender([&] {
    for (uint64_t i = 1; i < 20'000; ++i) lossy.send(i);
    done = true;
  });
  int wrong = 0;
  while (!done) wrong += lossy.channel->size() != 1;
  sender.join();
  CHECK(wrong == 0);
}

TEST_CASE("a channel that drops the oldest drops nothing that a receiver has made room for") {
  for (const size_t max_bytes : {ChannelOptions::kUnbounded, size_t{8}}) {
    CAPTURE(max_bytes);
    ChannelOptions options;
    options.capacity = max_bytes == 8 ? ChannelOptions::kUnbounded : 1;
    options.overflow = Overflow::kDropOldest;
    options.max_bytes = max_bytes;
    const Ref<Channel> channel = Channel::create(options);
    constexpr uint64_t kRounds = 20'000;
    std::atomic<uint64_t> last{0};
    std::thread receiver([&] {
      Parcel parcel;
      while (last < kRounds * 2) {
        if (channel->try_receive(parcel) == Status::kDone) last = number(parcel);
      }
    });
    // Two in a row, of which the first may be dropped; the second is always received.
    int dropped = 0;
    for (uint64_t i = 2; i <= kRounds * 2 && dropped == 0; i += 2) {
      for (const uint64_t bits : {i - 1, i}) {
        Parcel parcel = word(bits);
        REQUIRE(channel->try_send(parcel) == Status::kDone);
      }
      while (last < i && channel->size() > 0) {
      }
      // It may have been taken and not yet noted.
      for (int look = 0; last < i && look < 10'000; ++look) std::this_thread::yield();
      dropped += last < i ? 1 : 0;
    }
    CHECK(dropped == 0);
    last = kRounds * 2;
    receiver.join();
  }
}

TEST_CASE("what is refused has displaced nothing") {
  for (int round = 0; round < 300; ++round) {
    Lossy lossy(Overflow::kDropOldest, 2);
    uint64_t accepted = 0;
    std::atomic<uint64_t> sent{0};
    std::thread sender([&] {
      for (uint64_t i = 1;; ++i) {
        Parcel parcel = word(i);
        if (lossy.channel->try_send(parcel) != Status::kDone) return;
        accepted = i;
        sent = i;
      }
    });
    while (sent < 3) std::this_thread::yield();
    lossy.channel->close();
    sender.join();
    CHECK(lossy.drain() == Numbers{accepted - 1, accepted});
  }
}

TEST_CASE("nothing is received after a poison, and nothing is passed over before") {
  for (int round = 0; round < 100; ++round) {
    constexpr uint64_t kCount = 2000;
    Ref<Channel> channel = Channel::create(kCount, "");
    for (uint64_t i = 0; i < kCount; ++i) {
      Parcel parcel = word(i);
      channel->try_send(parcel);
    }
    std::atomic<bool> goes{false};
    std::thread poisoner([&] {
      while (!goes) std::this_thread::yield();
      channel->poison({});
    });
    uint64_t next = 0;
    int wrong = 0;
    for (bool seen = false;;) {
      if (next == 20) goes = true;
      seen = seen || channel->poisoned();
      Parcel parcel;
      if (channel->try_receive(parcel) != Status::kDone) break;
      wrong += seen || number(parcel) != next;
      next = number(parcel) + 1;
    }
    poisoner.join();
    CHECK(wrong == 0);
  }
}

TEST_CASE("an overflow by bytes drops as many as are in the way") {
  Lossy lossy(Overflow::kDropOldest, ChannelOptions::kUnbounded, 24);  // of 8 each
  for (uint64_t i = 0; i < 5; ++i) CHECK(lossy.send(i) == Status::kDone);
  CHECK(lossy.lost(Loss::kOverflow) == Numbers{0, 1});
  Parcel heavy;
  heavy.set_block(1, Block::allocate(1000));
  CHECK(lossy.channel->try_send(heavy) == Status::kDone);
  CHECK(lossy.lost(Loss::kOverflow) == Numbers{2, 3, 4});
  CHECK(lossy.channel->size() == 1);
}

TEST_CASE("a sender that would block does not where something can be dropped") {
  for (const Overflow overflow : {Overflow::kDropNewest, Overflow::kDropOldest}) {
    Lossy lossy(overflow, 1);
    ThreadWaiter waiter;
    for (uint64_t i = 0; i < 3; ++i) {
      Parcel parcel = word(i);
      CHECK(lossy.channel->send(parcel, waiter, kForever) == Status::kDone);
    }
    waiter.reset();
    Case own;
    own.waiter = &waiter;
    own.side = Side::kSender;
    CHECK(lossy.channel->arm(own) == Status::kDone);
    lossy.channel->close();
    Parcel parcel = word(9);
    CHECK(lossy.channel->try_send(parcel) == Status::kClosed);
    CHECK(number(parcel) == 9);
  }
}

TEST_CASE("whoever asked is told of what nobody will receive") {
  for (const size_t capacity : {size_t{4}, ChannelOptions::kUnbounded}) {
    {
      Lossy lossy(Overflow::kBlock, capacity);
      lossy.send(1);
      lossy.send(2);
      lossy.channel->poison({});
      CHECK(lossy.lost(Loss::kPoisoned) == Numbers{1, 2});
    }
    {
      Lossy lossy(Overflow::kBlock, capacity);
      auto [sender, receiver] = Endpoint::pair(lossy.channel);
      lossy.send(1);
      receiver.close();
      CHECK(lossy.lost(Loss::kClosed) == Numbers{1});
      CHECK(lossy.send(2) == Status::kClosed);
      CHECK(lossy.lost(Loss::kClosed).empty());
    }
    {
      // What is drained is not lost.
      Lossy lossy(Overflow::kBlock, capacity);
      lossy.send(1);
      lossy.channel->close();
      CHECK(lossy.drain() == Numbers{1});
      CHECK(lossy.lost(Loss::kClosed).empty());
    }
  }
}

TEST_CASE("what is lost is freed when nobody asked, and when whoever asked is gone") {
  const int64_t before = Block::live();
  {
    const Ref<Channel> channel = Channel::create(4, "");
    Parcel parcel = block(1);
    channel->try_send(parcel);
    channel->poison({});
    CHECK(Block::live() == before);
  }
  Lossy lossy(Overflow::kDropNewest, 1);
  lossy.party->close();
  lossy.send(1);
  lossy.send(2);
  CHECK(Block::live() == before + 1);
  lossy.party.reset();
  lossy.send(3);
  CHECK(Block::live() == before + 1);
  lossy.drain();
  CHECK(Block::live() == before);
}

TEST_CASE("with several senders and receivers each message is received or reported, once") {
  for (const Overflow overflow : {Overflow::kDropNewest, Overflow::kDropOldest}) {
    Lossy lossy(overflow, 8);
    constexpr uint64_t kEach = 20'000;
    std::vector<std::thread> threads;
    std::vector<Numbers> received(2);
    for (uint64_t sender = 0; sender < 2; ++sender) {
      threads.emplace_back([&, sender] {
        for (uint64_t i = 0; i < kEach; ++i) {
          Parcel parcel = word(sender * kEach + i);
          if (lossy.channel->try_send(parcel) != Status::kDone) std::abort();
        }
      });
    }
    for (Numbers& own : received) {
      threads.emplace_back([&] {
        ThreadWaiter waiter;
        Parcel parcel;
        while (lossy.channel->receive(parcel, waiter, test::soon()) == Status::kDone) {
          own.push_back(number(parcel));
        }
      });
    }
    threads[0].join();
    threads[1].join();
    lossy.channel->close();
    threads[2].join();
    threads[3].join();
    std::vector<int> seen(2 * kEach);
    for (const Numbers& own : received) {
      for (const uint64_t bits : own) ++seen[bits];
    }
    for (const uint64_t bits : lossy.lost(Loss::kOverflow)) ++seen[bits];
    uint64_t wrong = 0;
    for (const int times : seen) wrong += times != 1;
    CHECK(wrong == 0);
  }
}

}  // namespace isolane

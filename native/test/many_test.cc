#include <atomic>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "core/endpoint.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

constexpr uint8_t kTag = 7;

size_t send(Channel& channel, std::vector<uint64_t> words, Status expected = Status::kDone) {
  Status status;
  const size_t sent = channel.try_send_words(kTag, words, &status);
  CHECK(status == expected);
  return sent;
}

std::vector<uint64_t> receive(Channel& channel, size_t most, Status expected = Status::kDone) {
  std::vector<uint64_t> words(most);
  Status status;
  words.resize(channel.try_receive_words(kTag, words, &status));
  CHECK(status == expected);
  return words;
}

}  // namespace

TEST_CASE("a bounded channel takes words many at a time") {
  const Ref<Channel> channel = Channel::create(4, "");
  CHECK(send(*channel, {1, 2, 3}) == 3);
  CHECK(send(*channel, {4, 5, 6}) == 1);
  CHECK(send(*channel, {5}, Status::kWouldBlock) == 0);
  CHECK(channel->size() == 4);
  CHECK(receive(*channel, 3) == std::vector<uint64_t>{1, 2, 3});
  CHECK(receive(*channel, 3) == std::vector<uint64_t>{4});
  CHECK(receive(*channel, 3, Status::kWouldBlock).empty());
  CHECK(send(*channel, {5, 6}) == 2);
  channel->close();
  CHECK(send(*channel, {7}, Status::kClosed) == 0);
  CHECK(receive(*channel, 3) == std::vector<uint64_t>{5, 6});
  CHECK(receive(*channel, 3, Status::kClosed).empty());
}

TEST_CASE("flavours that have no quicker way say so") {
  ChannelOptions unbounded;
  unbounded.capacity = ChannelOptions::kUnbounded;
  ChannelOptions weighed;
  weighed.max_bytes = 100;
  ChannelOptions newest;
  newest.capacity = 2;
  newest.overflow = Overflow::kDropNewest;
  ChannelOptions oldest = newest;
  oldest.overflow = Overflow::kDropOldest;
  ChannelOptions rendezvous;
  rendezvous.capacity = 0;
  for (const ChannelOptions& options : {unbounded, weighed, newest, oldest, rendezvous}) {
    const Ref<Channel> channel = Channel::create(options);
    CHECK(send(*channel, {1, 2}) == 0);
    CHECK(channel->size() == 0);
  }
}

TEST_CASE("a poisoned channel gives out no words, and loses those that were queued") {
  const Ref<Channel> channel = Channel::create(4, "");
  send(*channel, {1, 2, 3});
  channel->poison({});
  CHECK(send(*channel, {1}, Status::kPoisoned) == 0);
  CHECK(receive(*channel, 3, Status::kPoisoned).empty());
  CHECK(channel->size() == 0);
}

TEST_CASE("words wake as many of those who wait as there are words") {
  constexpr size_t kThreads = 4;
  const Ref<Channel> channel = Channel::create(16, "");
  std::atomic<uint64_t> sum{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      ThreadWaiter waiter;
      Parcel parcel;
      REQUIRE(channel->receive(parcel, waiter, kForever) == Status::kDone);
      sum += parcel.word();
    });
  }
  // Asleep, or about to be.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(send(*channel, {1, 2, 3, 4}) == 4);
  for (std::thread& thread : threads) thread.join();
  CHECK(sum == 10);
}

TEST_CASE("taking words makes room for as many of those who wait for some") {
  constexpr uint64_t kThreads = 4;
  const Ref<Channel> channel = Channel::create(4, "");
  send(*channel, {1, 2, 3, 4});
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      ThreadWaiter waiter;
      Parcel parcel;
      parcel.set_word(kTag, 10 + t);
      REQUIRE(channel->send(parcel, waiter, kForever) == Status::kDone);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(receive(*channel, 16).size() >= 4);
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("words and parcels of several threads all arrive once, whoever blocks") {
  constexpr uint64_t kEach = 50'000;
  for (const size_t capacity : {1, 7, 256}) {
    const Ref<Channel> channel = Channel::create(capacity, "");
    std::atomic<uint64_t> sum{0};
    std::atomic<uint64_t> count{0};
    std::vector<std::thread> senders;
    std::vector<std::thread> receivers;
    for (uint64_t t = 0; t < 2; ++t) {
      senders.emplace_back([&] {
        const RunningParty running;
        ThreadWaiter waiter;
        Parcel parcel;
        uint64_t words[16];
        for (uint64_t next = 1; next <= kEach;) {
          const uint64_t many = std::min<uint64_t>(next % 16 + 1, kEach - next + 1);
          for (uint64_t i = 0; i < many; ++i) words[i] = next + i;
          Status status;
          next += channel->try_send_words(kTag, {words, many}, &status);
          if (next > kEach) break;
          parcel.set_word(kTag, next);
          REQUIRE(channel->send(parcel, waiter, kForever) == Status::kDone);
          ++next;
        }
      });
      receivers.emplace_back([&, t] {
        const RunningParty running;
        ThreadWaiter waiter;
        Parcel parcel;
        uint64_t words[16];
        while (channel->receive(parcel, waiter, kForever) == Status::kDone) {
          sum += parcel.word();
          ++count;
          Status status;
          const size_t taken = channel->try_receive_words(kTag, {words, t * 9 + 3}, &status);
          for (size_t i = 0; i < taken; ++i) sum += words[i];
          count += taken;
        }
      });
    }
    for (std::thread& thread : senders) thread.join();
    channel->close();
    for (std::thread& thread : receivers) thread.join();
    CHECK(count == 2 * kEach);
    CHECK(sum == kEach * (kEach + 1));
  }
}

}  // namespace isolane

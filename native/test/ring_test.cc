#include "core/ring.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

Status push(Ring& ring, uint64_t bits) {
  Parcel parcel = test::word(bits);
  return ring.try_push(parcel);
}

uint64_t pop(Ring& ring) {
  Parcel parcel;
  REQUIRE(ring.try_pop(parcel) == Status::kDone);
  return test::number(parcel);
}

}  // namespace

TEST_CASE(
    "what is in a parcel comes out of a ring as it went in, whatever was in its place before") {
  Ring ring(3);
  const int64_t blocks = Block::live();
  uint32_t meta = 0xfedc0000;
  for (size_t length = 0; length <= Parcel::kInlineCapacity; ++length) {
    CAPTURE(length);
    Parcel parcel;
    uint8_t* const bytes = parcel.set_inline(9, length, ++meta);
    for (size_t i = 0; i < length; ++i) bytes[i] = static_cast<uint8_t>(i * 7 + length);
    REQUIRE(ring.try_push(parcel) == Status::kDone);
    CHECK(parcel.empty());
    parcel.set_block(10, Block::allocate(length + 1), meta);
    parcel.block()->bytes[length] = 0xa5;
    REQUIRE(ring.try_push(parcel) == Status::kDone);
    CHECK(parcel.empty());

    REQUIRE(ring.try_pop(parcel) == Status::kDone);
    CHECK(parcel.tag() == 9);
    CHECK(parcel.meta() == meta);
    REQUIRE(parcel.inline_length() == length);
    for (size_t i = 0; i < length; ++i) {
      REQUIRE(parcel.inline_bytes()[i] == static_cast<uint8_t>(i * 7 + length));
    }
    REQUIRE(ring.try_pop(parcel) == Status::kDone);
    CHECK(parcel.tag() == 10);
    CHECK(parcel.meta() == meta);
    REQUIRE(parcel.is_block());
    CHECK(parcel.block()->size == length + 1);
    CHECK(parcel.block()->bytes[length] == 0xa5);
  }
  CHECK(Block::live() == blocks);
}

TEST_CASE("a ring holds exactly its capacity, whatever that is, for many laps") {
  for (const size_t capacity : {1, 2, 3, 4, 5, 7, 8, 9, 100}) {
    CAPTURE(capacity);
    Ring ring(capacity);
    CHECK(ring.capacity() == capacity);
    uint64_t pushed = 0;
    uint64_t popped = 0;
    for (int lap = 0; lap < 10; ++lap) {
      for (size_t i = 0; i < capacity; ++i) {
        REQUIRE(ring.size() == i);
        REQUIRE(push(ring, pushed++) == Status::kDone);
      }
      CHECK(ring.full());
      CHECK(push(ring, 0) == Status::kWouldBlock);
      for (size_t i = 0; i < capacity; ++i) {
        REQUIRE(ring.size() == capacity - i);
        REQUIRE(pop(ring) == popped++);
      }
      CHECK(ring.empty());
      Parcel none;
      CHECK(ring.try_pop(none) == Status::kWouldBlock);
    }
  }
}

TEST_CASE("a ring keeps the order when head and tail chase each other around") {
  Ring ring(3);
  uint64_t popped = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    REQUIRE(push(ring, i) == Status::kDone);
    if (i % 7 != 0 || ring.full()) REQUIRE(pop(ring) == popped++);
    while (ring.size() > 1) REQUIRE(pop(ring) == popped++);
  }
}

TEST_CASE("a push takes the parcel only when it is done") {
  Ring ring(1);
  Parcel first = test::block(1);
  Parcel second = test::block(2);
  REQUIRE(ring.try_push(first) == Status::kDone);
  CHECK(first.empty());
  REQUIRE(ring.try_push(second) == Status::kWouldBlock);
  CHECK(test::number(second) == 2);
  ring.close();
  REQUIRE(ring.try_push(second) == Status::kClosed);
  CHECK(test::number(second) == 2);
}

TEST_CASE("a pop frees what the parcel held") {
  Ring ring(1);
  push(ring, 1);
  const int64_t before = Block::live();
  Parcel parcel = test::block(2);
  CHECK(ring.try_pop(parcel) == Status::kDone);
  CHECK(Block::live() == before);
  CHECK(parcel.word() == 1);
}

TEST_CASE("a closed ring takes nothing more, and is popped until it is empty") {
  Ring ring(2);
  push(ring, 1);
  push(ring, 2);
  CHECK_FALSE(ring.closed());
  CHECK(ring.close());
  CHECK(ring.closed());
  CHECK_FALSE(ring.close());
  CHECK(push(ring, 3) == Status::kClosed);
  CHECK(ring.size() == 2);
  CHECK(pop(ring) == 1);
  CHECK(push(ring, 3) == Status::kClosed);
  CHECK(pop(ring) == 2);
  CHECK(ring.empty());
  Parcel none;
  CHECK(ring.try_pop(none) == Status::kClosed);
}

TEST_CASE("a ring that is destroyed frees what it holds") {
  const int64_t before = Block::live();
  {
    Ring ring(4);
    for (uint64_t i = 0; i < 3; ++i) {
      Parcel parcel = test::block(i);
      ring.try_push(parcel);
    }
    CHECK(Block::live() == before + 3);
  }
  CHECK(Block::live() == before);
}

TEST_CASE("the hints for spinning tell whether the next operation would succeed") {
  Ring ring(1);
  CHECK(ring.likely_pushable());
  CHECK_FALSE(ring.likely_poppable());
  push(ring, 1);
  CHECK_FALSE(ring.likely_pushable());
  CHECK(ring.likely_poppable());
  ring.close();
  CHECK(ring.likely_poppable());
}

TEST_CASE("words are pushed and popped many at a time, as many as go") {
  for (const size_t capacity : {1, 2, 3, 5, 64, 100}) {
    CAPTURE(capacity);
    Ring ring(capacity);
    std::vector<uint64_t> sent(capacity + 3);
    uint64_t pushed = 0;
    uint64_t popped = 0;
    for (size_t round = 0; round < 50; ++round) {
      for (size_t i = 0; i < sent.size(); ++i) sent[i] = pushed + i;
      const size_t many = round % sent.size() + 1;
      const size_t room = capacity - ring.size();
      Status status;
      size_t done = 0;
      do {
        const size_t more = ring.try_push_words(7, {sent.data() + done, many - done}, &status);
        REQUIRE((more > 0) == (status == Status::kDone));
        done += more;
      } while (status == Status::kDone && done < many);
      REQUIRE(done == std::min(many, room));
      pushed += done;
      REQUIRE(ring.size() == pushed - popped);

      std::vector<uint64_t> words((round * 3) % sent.size() + 1);
      const size_t size = ring.size();
      size_t taken = 0;
      do {
        const size_t more = ring.try_pop_words(7, std::span(words).subspan(taken), &status);
        REQUIRE((more > 0) == (status == Status::kDone));
        taken += more;
      } while (status == Status::kDone && taken < words.size());
      REQUIRE(taken == std::min(words.size(), size));
      for (size_t i = 0; i < taken; ++i) REQUIRE(words[i] == popped++);
    }
  }
}

TEST_CASE("words go between other messages in order, and are popped up to the first that is none") {
  Ring ring(16);
  const uint64_t words[] = {1, 2, 3};
  Status status;
  REQUIRE(ring.try_push_words(7, words, &status) == 3);
  Parcel block = test::block(4);
  REQUIRE(ring.try_push(block) == Status::kDone);
  Parcel other;
  other.set_word(8, 5);
  REQUIRE(ring.try_push(other) == Status::kDone);
  REQUIRE(ring.try_push_words(7, words, &status) == 3);

  uint64_t taken[16];
  CHECK(ring.try_pop_words(8, taken, &status) == 0);
  CHECK(status == Status::kDone);
  CHECK(ring.try_pop_words(7, taken, &status) == 3);
  CHECK(taken[2] == 3);
  CHECK(ring.try_pop_words(7, taken, &status) == 0);
  CHECK(status == Status::kDone);
  CHECK(pop(ring) == 4);
  CHECK(ring.try_pop_words(8, taken, &status) == 1);
  CHECK(taken[0] == 5);
  Parcel first;
  REQUIRE(ring.try_pop(first) == Status::kDone);
  CHECK(first.tag() == 7);
  CHECK(first.word() == 1);
  ring.close();
  CHECK(ring.try_push_words(7, words, &status) == 0);
  CHECK(status == Status::kClosed);
  CHECK(ring.try_pop_words(7, taken, &status) == 2);
  CHECK(ring.try_pop_words(7, taken, &status) == 0);
  CHECK(status == Status::kClosed);
}

TEST_CASE("no words at all are pushed and popped at once") {
  Ring ring(1);
  Status status = Status::kWouldBlock;
  CHECK(ring.try_push_words(7, {}, &status) == 0);
  CHECK(status == Status::kDone);
  CHECK(ring.empty());
}

TEST_CASE("what looks like a word and is none keeps what it is") {
  Ring ring(4);
  Parcel with_meta;
  std::memcpy(with_meta.set_inline(3, 8, 9), "12345678", 8);
  Parcel short_one;
  std::memcpy(short_one.set_inline(3, 2), "ab", 2);
  Parcel high_tag;
  high_tag.set_word(200, 11);
  Parcel last_tag;
  last_tag.set_word(63, 12);
  for (Parcel* each : {&with_meta, &short_one, &high_tag, &last_tag}) {
    REQUIRE(ring.try_push(*each) == Status::kDone);
    CHECK(each->empty());
  }
  Parcel parcel;
  REQUIRE(ring.try_pop(parcel) == Status::kDone);
  CHECK(parcel.meta() == 9);
  CHECK(std::memcmp(parcel.inline_bytes(), "12345678", 8) == 0);
  REQUIRE(ring.try_pop(parcel) == Status::kDone);
  CHECK(parcel.inline_length() == 2);
  REQUIRE(ring.try_pop(parcel) == Status::kDone);
  CHECK(parcel.tag() == 200);
  REQUIRE(ring.try_pop(parcel) == Status::kDone);
  CHECK(parcel.tag() == 63);
  CHECK(parcel.word() == 12);
}

TEST_CASE(
    "each of the words that several threads push and pop many at a time arrives once, in order") {
  constexpr uint64_t kEach = 100'000;
  constexpr uint64_t kThreads = 3;
  for (const size_t capacity : {1, 3, 64}) {
    Ring ring(capacity);
    std::vector<std::vector<uint64_t>> received(kThreads);
    std::vector<std::thread> threads;
    std::atomic<uint64_t> left{kThreads * kEach};
    for (uint64_t t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        uint64_t words[8];
        for (uint64_t next = 0; next < kEach;) {
          const size_t many = std::min(next % 8 + 1, kEach - next);
          for (size_t i = 0; i < many; ++i) words[i] = t << 32 | (next + i);
          Status status;
          next += ring.try_push_words(7, {words, many}, &status);
          if (status == Status::kWouldBlock) std::this_thread::yield();
        }
      });
      threads.emplace_back([&, t] {
        uint64_t words[8];
        while (left.load() > 0) {
          Status status;
          const size_t taken = ring.try_pop_words(7, {words, t + 5}, &status);
          received[t].insert(received[t].end(), words, words + taken);
          left.fetch_sub(taken);
          if (taken == 0) std::this_thread::yield();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<int> seen(kThreads * kEach);
    for (const auto& each : received) {
      std::vector<int64_t> last(kThreads, -1);
      for (const uint64_t word : each) {
        const uint64_t sender = word >> 32;
        const auto number = static_cast<int64_t>(word & 0xffffffff);
        if (number <= last[sender]) FAIL_CHECK("out of order");
        last[sender] = number;
        ++seen[sender * kEach + static_cast<uint64_t>(number)];
      }
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
  }
}

TEST_CASE("a ring that does not fit into memory is not allocated") {
  for (const size_t capacity : {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / sizeof(Cell), SIZE_MAX / 256}) {
    const Ring ring(capacity);
    CHECK_FALSE(ring.allocated());
  }
}

// Under ThreadSanitizer calloc() writes the zeroes.
#if defined(__linux__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a large ring costs no memory before it is used") {
  constexpr size_t kGiB = size_t{1} << 30;
  const auto resident = [] {
    size_t size = 0;
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> size >> pages;
    return pages * 4096;
  };
  const size_t before = resident();
  Ring ring(kGiB / (sizeof(Cell) + sizeof(Slot)));
  REQUIRE(ring.allocated());
  CHECK(push(ring, 5) == Status::kDone);
  CHECK(pop(ring) == 5);
  // Generous: the shadow that a sanitizer keeps of it may be resident.
  CHECK(resident() - before < kGiB / 2);
}
#endif

TEST_CASE("a ring is never found full or empty because another thread is in the middle of it") {
  // With as many cells as threads, and each thread pushing one and popping one in turn, there is
  // always room and always a message.
  for (const size_t count : {2, 4}) {
    Ring ring(count);
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (size_t t = 0; t < count; ++t) {
      threads.emplace_back([&] {
        for (uint64_t i = 0; i < 100'000; ++i) {
          Parcel parcel = test::word(i);
          if (ring.try_push(parcel) != Status::kDone) ++failures;
          if (ring.try_pop(parcel) != Status::kDone) ++failures;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(ring.empty());
  }
}

TEST_CASE("no push succeeds after a close has returned") {
  for (int round = 0; round < 200; ++round) {
    Ring ring(1 << 16);
    std::atomic<bool> closed{false};
    std::atomic<uint64_t> late{0};
    std::atomic<uint64_t> pushed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&] {
        for (;;) {
          const bool was_closed = closed.load();
          if (push(ring, 1) != Status::kDone) break;
          ++pushed;
          if (was_closed) ++late;
        }
      });
    }
    while (pushed < 10) std::this_thread::yield();
    ring.close();
    closed = true;
    const size_t size = ring.size();
    for (std::thread& thread : threads) thread.join();
    REQUIRE(late == 0);
    REQUIRE(ring.size() == size);
    REQUIRE(pushed == size);
  }
}

}  // namespace isolane

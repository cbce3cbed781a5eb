// What the core can do without JavaScript on top, as the limit for the benchmarks that have it.
//
//   core_bench          one line a figure, for reading
//   core_bench --json   one JSON object a line: {"name", "value", "unit"}

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "core/clock.h"
#include "core/parcel.h"
#include "core/ring.h"
#include "core/spin.h"
#include "core/waiter.h"

namespace {

using isolane::Channel;
using isolane::Clock;
using isolane::kForever;
using isolane::Parcel;
using isolane::Ref;
using isolane::Ring;
using isolane::RunningParty;
using isolane::Status;
using isolane::ThreadWaiter;

constexpr uint8_t kTag = 1;
constexpr int kRepetitions = 7;

double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

double median(std::vector<double> samples) {
  const auto middle = samples.begin() + static_cast<ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

template <class Sample>
double median_of_repetitions(Sample&& sample) {
  std::vector<double> samples;
  for (int i = 0; i < kRepetitions; ++i) samples.push_back(sample());
  return median(std::move(samples));
}

// One thread, one message in and out: nanoseconds for the pair.
double ring_push_pop() {
  constexpr int kMessages = 2'000'000;
  Ring ring(1024);
  Parcel parcel;
  uint64_t sum = 0;
  const auto start = Clock::now();
  for (uint64_t i = 0; i < kMessages; ++i) {
    parcel.set_word(kTag, i);
    ring.try_push(parcel);
    ring.try_pop(parcel);
    sum += parcel.word();
  }
  const double elapsed = nanoseconds_since(start);
  if (sum != uint64_t{kMessages} * (kMessages - 1) / 2) std::abort();
  return elapsed / kMessages;
}

// One thread sends, one receives, both block when they have to: messages a second.
double one_way(size_t capacity, uint64_t messages) {
  const Ref<Channel> channel = Channel::create(capacity, "one way");
  const auto start = Clock::now();
  std::thread sender([&] {
    const RunningParty running;
    ThreadWaiter waiter;
    Parcel parcel;
    for (uint64_t i = 0; i < messages; ++i) {
      parcel.set_word(kTag, i);
      if (channel->send(parcel, waiter, kForever) != Status::kDone) std::abort();
    }
  });
  const RunningParty running;
  ThreadWaiter waiter;
  Parcel parcel;
  for (uint64_t i = 0; i < messages; ++i) {
    if (channel->receive(parcel, waiter, kForever) != Status::kDone) std::abort();
    if (parcel.word() != i) std::abort();
  }
  const double elapsed = nanoseconds_since(start);
  sender.join();
  return static_cast<double>(messages) / elapsed * 1e9;
}

// The same with 512 words a call.
double one_way_words(size_t capacity, uint64_t messages) {
  constexpr size_t kMost = 512;
  const Ref<Channel> channel = Channel::create(capacity, "one way");
  const auto start = Clock::now();
  std::thread sender([&] {
    const RunningParty running;
    ThreadWaiter waiter;
    Parcel parcel;
    std::vector<uint64_t> words(kMost);
    for (uint64_t next = 0; next < messages;) {
      for (size_t i = 0; i < kMost; ++i) words[i] = next + i;
      for (size_t sent = 0; sent < kMost;) {
        Status status;
        sent += channel->try_send_words(kTag, std::span(words).subspan(sent), &status);
        if (status != Status::kWouldBlock) continue;
        parcel.set_word(kTag, words[sent++]);
        if (channel->send(parcel, waiter, kForever) != Status::kDone) std::abort();
      }
      next += kMost;
    }
  });
  const RunningParty running;
  ThreadWaiter waiter;
  Parcel parcel;
  std::vector<uint64_t> words(kMost);
  for (uint64_t next = 0; next < messages;) {
    Status status;
    const size_t taken = channel->try_receive_words(kTag, words, &status);
    for (size_t i = 0; i < taken; ++i) {
      if (words[i] != next++) std::abort();
    }
    if (status != Status::kWouldBlock) continue;
    if (channel->receive(parcel, waiter, kForever) != Status::kDone) std::abort();
    if (parcel.word() != next++) std::abort();
  }
  const double elapsed = nanoseconds_since(start);
  sender.join();
  return static_cast<double>(messages) / elapsed * 1e9;
}

// One thread asks, one answers, both block: the median round trip in nanoseconds.
double round_trip(size_t capacity) {
  constexpr int kTrips = 20'000;
  const Ref<Channel> there = Channel::create(capacity, "there");
  const Ref<Channel> back = Channel::create(capacity, "back");
  std::thread echo([&] {
    const RunningParty running;
    ThreadWaiter waiter;
    Parcel parcel;
    while (there->receive(parcel, waiter, kForever) == Status::kDone) {
      back->send(parcel, waiter, kForever);
    }
  });
  std::vector<double> samples;
  samples.reserve(kTrips);
  {
    const RunningParty running;
    ThreadWaiter waiter;
    Parcel parcel;
    for (uint64_t i = 0; i < kTrips; ++i) {
      parcel.set_word(kTag, i);
      const auto start = Clock::now();
      there->send(parcel, waiter, kForever);
      back->receive(parcel, waiter, kForever);
      samples.push_back(nanoseconds_since(start));
    }
  }
  there->close();
  echo.join();
  return median(std::move(samples));
}

void report(bool json, const char* name, double value, const char* unit) {
  if (json) {
    std::printf("{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", name, value, unit);
  } else {
    std::printf("%-36s %14.1f %s\n", name, value, unit);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
  report(json, "core ring push+pop, one thread", median_of_repetitions(ring_push_pop), "ns");
  report(json, "core one way, capacity 1024",
         median_of_repetitions([] { return one_way(1024, 3'000'000); }), "messages/s");
  report(json, "core one way, 512 a call",
         median_of_repetitions([] { return one_way_words(1024, 512 * 20'000); }), "messages/s");
  report(json, "core one way, rendezvous",
         median_of_repetitions([] { return one_way(0, 100'000); }), "messages/s");
  report(json, "core round trip, capacity 1024",
         median_of_repetitions([] { return round_trip(1024); }), "ns");
  report(json, "core round trip, rendezvous", median_of_repetitions([] { return round_trip(0); }),
         "ns");
  return 0;
}

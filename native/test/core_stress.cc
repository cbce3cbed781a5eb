// Many senders and receivers at once, in every way of waiting: each message arrives once or remains
// its sender's, and each sender's order holds.
//
// ISOLANE_STRESS multiplies the number of messages; 1, the default, takes some ten seconds.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "core/endpoint.h"
#include "core/segments.h"
#include "core/spin.h"
#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

using test::number;

uint64_t scaled(uint64_t messages) {
  static const double scale = [] {
    const char* const given = std::getenv("ISOLANE_STRESS");
    return given == nullptr ? 1.0 : std::atof(given);
  }();
  return std::max<uint64_t>(1, static_cast<uint64_t>(static_cast<double>(messages) * scale));
}

// Ends the process when a scenario hangs, and says which.
class Watchdog {
 public:
  explicit Watchdog(std::string scenario)
      : scenario_(std::move(scenario)), thread_([this] { watch(); }) {}
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, std::chrono::minutes(3), [this] { return over_; })) return;
    std::fprintf(stderr, "hangs: %s\n", scenario_.c_str());
    std::abort();
  }

  const std::string scenario_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

enum class Way { kBlocking, kTrying, kTiming, kInterrupted, kLooping, kMixed };
constexpr Way kWays[] = {Way::kBlocking,    Way::kTrying,  Way::kTiming,
                         Way::kInterrupted, Way::kLooping, Way::kMixed};

const char* name_of(Way way) {
  constexpr const char* kNames[] = {"blocking",    "trying",  "with time-outs",
                                    "interrupted", "looping", "mixed"};
  return kNames[static_cast<size_t>(way)];
}

uintptr_t committed(const Case& own) { return reinterpret_cast<uintptr_t>(&own); }

Status attempt(Channel& channel, Side side, Parcel& parcel) {
  return side == Side::kSender ? channel.try_send(parcel) : channel.try_receive(parcel);
}

// One thread's means to send and receive: insists until the channel takes or gives a message, or
// has closed.
class Worker {
 public:
  Worker(Way way, uint32_t seed) : way_(way), random_(seed) {}

  Status operate(Channel& channel, Side side, Parcel& parcel) {
    switch (way_ == Way::kMixed ? static_cast<Way>(random_() % 5) : way_) {
      case Way::kTrying:
        return operate_trying(channel, side, parcel);
      case Way::kLooping:
        return operate_looping(channel, side, parcel);
      case Way::kTiming:
        return operate_blocking(channel, side, parcel, true);
      default:
        return operate_blocking(channel, side, parcel, false);
    }
  }

  // Any thread.
  void interrupt() { waiter_.interrupt(); }

 private:
  Status operate_trying(Channel& channel, Side side, Parcel& parcel) {
    for (;;) {
      const Status status = attempt(channel, side, parcel);
      if (status != Status::kWouldBlock) return status;
      // A rendezvous between two that only try would never happen.
      if (channel.capacity() == 0 && random_() % 64 == 0) {
        return operate_blocking(channel, side, parcel, true);
      }
      std::this_thread::yield();
    }
  }

  Status operate_blocking(Channel& channel, Side side, Parcel& parcel, bool timing) {
    for (;;) {
      const Deadline deadline =
          timing ? Clock::now() + std::chrono::microseconds(random_() % 100) : kForever;
      const Status status = side == Side::kSender ? channel.send(parcel, waiter_, deadline)
                                                  : channel.receive(parcel, waiter_, deadline);
      if (status == Status::kInterrupted) {
        waiter_.clear_interrupt();
      } else if (status != Status::kTimedOut) {
        return status;
      }
    }
  }

  // As an event loop does it: arms, goes on with other things, and sometimes changes its mind.
  Status operate_looping(Channel& channel, Side side, Parcel& parcel) {
    for (;;) {
      Status status = attempt(channel, side, parcel);
      if (status != Status::kWouldBlock) return status;
      loop_waiter_.reset();
      Case own;
      own.waiter = &loop_waiter_;
      own.side = side;
      own.weight = parcel.weight();
      const bool rendezvous = channel.capacity() == 0;
      if (rendezvous && side == Side::kSender) own.parcel = std::move(parcel);
      status = channel.arm(own);
      if (status == Status::kWouldBlock) await_ready();
      channel.disarm(own);
      const uintptr_t outcome = loop_waiter_.selected();
      if (outcome == committed(own)) {
        if (side == Side::kReceiver) parcel = std::move(own.parcel);
        return Status::kDone;
      }
      if (rendezvous && side == Side::kSender) parcel = std::move(own.parcel);
      if (status == Status::kClosed || status == Status::kPoisoned) return status;
      if (outcome == Waiter::kRetry && random_() % 4 == 0) {
        // Cancelled after it was woken, and back a little later.
        channel.pass_on(side);
        std::this_thread::yield();
      }
    }
  }

  // Until somebody has selected the waiter and reported it, or it has given up. It is reported as
  // well when somebody of the other side has gone.
  void await_ready() {
    for (;;) {
      if (LoopWaiter* const ready = party_->take_ready()) {
        if (ready != &loop_waiter_) std::abort();
        if (loop_waiter_.waits()) continue;
        return;
      }
      if (party_->wait(Clock::now() + std::chrono::microseconds(random_() % 2000))) continue;
      if (random_() % 2 == 0 && loop_waiter_.try_select(Waiter::kAborted)) return;
    }
  }

  const Way way_;
  std::minstd_rand random_;
  ThreadWaiter waiter_;
  std::shared_ptr<test::ThreadParty> party_ = make_party<test::ThreadParty>();
  LoopWaiter loop_waiter_{party_, this};
};

Parcel message(uint64_t sender, uint64_t sequence) {
  const uint64_t bits = sender << 32 | sequence;
  return sequence % 4 == 0 ? test::block(bits) : test::word(bits);
}

// What a scenario is, and what came of it.
struct Scenario {
  size_t senders;
  size_t receivers;
  size_t capacity;
  size_t max_bytes;
  Way way;

  std::string name() const {
    return std::to_string(senders) + " x " + std::to_string(receivers) + ", capacity " +
           std::to_string(capacity) + ", " + std::to_string(max_bytes) + " bytes, " + name_of(way);
  }
  // Fewer where nearly every message is a switch between threads.
  uint64_t messages() const {
    return scaled(std::min(capacity, max_bytes / 8) < 16 ? 2000 : 20000);
  }
};

class Run {
 public:
  explicit Run(const Scenario& scenario)
      : watchdog_(scenario.name()), received_(scenario.receivers), sent_(scenario.senders) {
    ChannelOptions options;
    options.capacity = scenario.capacity;
    options.max_bytes = scenario.max_bytes;
    std::tie(sender_, receiver_) = Endpoint::pair(Channel::create(options));
    for (size_t i = 0; i < scenario.senders + scenario.receivers; ++i) {
      workers_.push_back(std::make_unique<Worker>(scenario.way, static_cast<uint32_t>(i + 1)));
    }
    if (scenario.way == Way::kInterrupted || scenario.way == Way::kMixed) {
      interrupter_ = std::thread([this] { interrupt_at_random(); });
    }
  }

  Channel& channel() { return *sender_.channel(); }

  // Each sender sends that many, or as many as it can before the channel closes.
  void start_senders(uint64_t each) {
    for (size_t i = 0; i < sent_.size(); ++i) {
      threads_.emplace_back([this, i, each, own = sender_.clone()]() mutable {
        const RunningParty running;
        for (uint64_t n = 0; n < each; ++n) {
          Parcel parcel = message(i, n);
          if (workers_[i]->operate(*own.channel(), Side::kSender, parcel) != Status::kDone) {
            if (parcel.empty() || number(parcel) != (i << 32 | n)) ++not_kept_;
            break;
          }
          if (!parcel.empty()) ++not_kept_;
          ++sent_[i];
        }
        own.close();
      });
    }
    sender_.close();
  }

  // Each receiver takes that many, or until the channel ends.
  void start_receivers(uint64_t each) {
    for (size_t i = 0; i < received_.size(); ++i) {
      threads_.emplace_back([this, i, each, own = receiver_.clone()]() mutable {
        const RunningParty running;
        Worker& worker = *workers_[sent_.size() + i];
        for (uint64_t n = 0; n < each; ++n) {
          Parcel parcel;
          if (worker.operate(*own.channel(), Side::kReceiver, parcel) != Status::kDone) break;
          received_[i].push_back(number(parcel));
          total_received_.fetch_add(1, std::memory_order_relaxed);
        }
        own.close();
      });
    }
    receiver_.close();
  }

  void await_received(uint64_t count) const {
    while (total_received_.load(std::memory_order_relaxed) < count) {
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    stop_interrupting_ = true;
    if (interrupter_.joinable()) interrupter_.join();
  }

  // After join(). Each message at most once, each sender's in order, none that was not sent; and
  // all that were sent, unless some may have been dropped.
  void check(bool may_drop) const {
    CHECK(not_kept_ == 0);
    std::vector<std::vector<uint8_t>> seen;
    uint64_t sent = 0;
    for (const uint64_t count : sent_) {
      seen.emplace_back(count);
      sent += count;
    }
    uint64_t disordered = 0;
    uint64_t repeated = 0;
    uint64_t unknown = 0;
    uint64_t received = 0;
    for (const std::vector<uint64_t>& one : received_) {
      std::vector<int64_t> last(sent_.size(), -1);
      for (const uint64_t bits : one) {
        const uint64_t sender = bits >> 32;
        const uint64_t sequence = bits & 0xffffffff;
        ++received;
        if (sender >= seen.size() || sequence >= seen[sender].size()) {
          ++unknown;
          continue;
        }
        repeated += seen[sender][sequence]++ != 0;
        disordered += static_cast<int64_t>(sequence) <= last[sender];
        last[sender] = static_cast<int64_t>(sequence);
      }
    }
    CHECK(unknown == 0);
    CHECK(repeated == 0);
    CHECK(disordered == 0);
    CHECK(received > 0);
    if (may_drop) {
      CHECK(received <= sent);
    } else {
      CHECK(received == sent);
    }
  }

 private:
  void interrupt_at_random() {
    std::minstd_rand random(1);
    while (!stop_interrupting_) {
      workers_[random() % workers_.size()]->interrupt();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 60));
    }
  }

  Watchdog watchdog_;
  Endpoint sender_;
  Endpoint receiver_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::vector<uint64_t>> received_;  // each receiver's
  std::vector<uint64_t> sent_;                   // how many each sender was told are done
  std::atomic<uint64_t> total_received_{0};
  std::atomic<uint64_t> not_kept_{0};
  std::atomic<bool> stop_interrupting_{false};
  std::thread interrupter_;
  std::vector<std::thread> threads_;
};

constexpr uint64_t kUnlimited = UINT64_MAX;

template <class Body>
void for_each_scenario(Body&& body) {
  constexpr size_t kParties[][2] = {{1, 1}, {4, 4}, {1, 4}, {4, 1}};
  for (const auto& parties : kParties) {
    constexpr size_t kAny = ChannelOptions::kUnbounded;
    constexpr size_t kBounds[][2] = {{0, kAny},    {1, kAny},    {2, kAny}, {3, kAny},
                                     {1024, kAny}, {kAny, kAny}, {8, 24},   {kAny, 1000}};
    for (const auto& [capacity, max_bytes] : kBounds) {
      for (const Way way : kWays) {
        const Scenario scenario{parties[0], parties[1], capacity, max_bytes, way};
        const std::string name = scenario.name();
        CAPTURE(name);
        const int64_t blocks = Block::live();
        const int64_t segments = Segments::live();
        const size_t channels = Channel::registry().size();
        body(scenario);
        CHECK(Block::live() == blocks);
        CHECK(Segments::live() == segments);
        CHECK(Channel::registry().size() == channels);
      }
    }
  }
}

}  // namespace

TEST_CASE("every message arrives exactly once, in its sender's order") {
  for_each_scenario([](const Scenario& scenario) {
    Run run(scenario);
    run.start_receivers(kUnlimited);
    run.start_senders(scenario.messages() / scenario.senders);
    run.join();
    run.check(false);
  });
}

TEST_CASE("a close in the middle loses nothing that was sent") {
  for_each_scenario([](const Scenario& scenario) {
    Run run(scenario);
    const Ref<Channel> channel(&run.channel());
    run.start_receivers(kUnlimited);
    run.start_senders(kUnlimited);
    run.await_received(scenario.messages() / 4);
    channel->close();
    run.join();
    run.check(false);
  });
}

TEST_CASE("a poisoning in the middle drops what is queued, and repeats nothing") {
  for_each_scenario([](const Scenario& scenario) {
    Run run(scenario);
    const Ref<Channel> channel(&run.channel());
    run.start_receivers(kUnlimited);
    run.start_senders(kUnlimited);
    run.await_received(scenario.messages() / 8);
    channel->poison({});
    CHECK(channel->size() == 0);
    run.join();
    run.check(true);
  });
}

TEST_CASE("senders end when all receivers have gone") {
  for_each_scenario([](const Scenario& scenario) {
    Run run(scenario);
    run.start_receivers(scenario.messages() / 8 / scenario.receivers);
    run.start_senders(kUnlimited);
    run.join();
    run.check(true);
  });
}

namespace {

// One thread that selects among sending to and receiving from each of several channels.
class Selecting {
 public:
  Selecting(std::vector<Ref<Channel>> channels, uint64_t id)
      : channels_(std::move(channels)), random_(static_cast<uint32_t>(id + 1)), next_(id << 32) {
    for (size_t i = 0; i < channels_.size() * 2; ++i) order_.push_back(i);
  }

  // One message sent or received, or none within some 200 microseconds.
  void select_once() {
    std::shuffle(order_.begin(), order_.end(), random_);
    const Deadline deadline = Clock::now() + std::chrono::microseconds(random_() % 200);
    uintptr_t outcome = Waiter::kAborted;
    do {
      if (try_each(outcome == Waiter::kRetry)) return;
      outcome = wait(deadline);
    } while (outcome == Waiter::kRetry);
  }

  std::vector<uint64_t> sent;
  std::vector<uint64_t> received;

 private:
  Channel& channel(size_t branch) { return *channels_[branch / 2]; }
  static Side side(size_t branch) { return branch % 2 == 0 ? Side::kSender : Side::kReceiver; }

  void done(size_t branch, const Parcel& got) {
    if (side(branch) == Side::kSender) {
      sent.push_back(next_++);
    } else {
      received.push_back(number(got));
    }
  }

  bool try_each(bool woken) {
    for (const size_t branch : order_) {
      Parcel parcel;
      if (side(branch) == Side::kSender) parcel.set_word(test::kTag, next_);
      if (attempt(channel(branch), side(branch), parcel) != Status::kDone) continue;
      done(branch, parcel);
      // The wake may have come from any of the others.
      for (const size_t other : order_) {
        if (woken && other != branch) channel(other).pass_on(side(other));
      }
      return true;
    }
    return false;
  }

  // Returns the outcome; what was committed is done.
  uintptr_t wait(Deadline deadline) {
    waiter_.reset();
    std::vector<Case> cases(order_.size());
    size_t armed = 0;
    Status status = Status::kWouldBlock;
    for (; armed < order_.size() && status == Status::kWouldBlock; ++armed) {
      Case& own = cases[armed];
      own.waiter = &waiter_;
      own.side = side(order_[armed]);
      if (own.side == Side::kSender) own.parcel.set_word(test::kTag, next_);
      status = channel(order_[armed]).arm(own);
    }
    const uintptr_t outcome =
        status == Status::kWouldBlock ? waiter_.park_until(deadline) : waiter_.selected();
    for (size_t i = 0; i < armed; ++i) channel(order_[i]).disarm(cases[i]);
    for (size_t i = 0; i < armed; ++i) {
      if (outcome == committed(cases[i])) done(order_[i], cases[i].parcel);
    }
    return outcome;
  }

  const std::vector<Ref<Channel>> channels_;
  std::minstd_rand random_;
  uint64_t next_;
  std::vector<size_t> order_;
  ThreadWaiter waiter_;
};

void select_stress(const std::vector<size_t>& capacities) {
  const Watchdog watchdog("selecting");
  constexpr uint64_t kThreads = 4;
  std::vector<Ref<Channel>> channels;
  for (const size_t capacity : capacities) channels.push_back(Channel::create(capacity, ""));

  std::vector<std::unique_ptr<Selecting>> selecting;
  std::vector<std::thread> threads;
  std::atomic<uint64_t> stopped{0};
  const uint64_t messages = scaled(50000);
  for (uint64_t t = 0; t < kThreads; ++t) {
    selecting.push_back(std::make_unique<Selecting>(channels, t));
    threads.emplace_back([&, own = selecting.back().get()] {
      const RunningParty running;
      // Goes on, so that the others find somebody to meet, until all have done their share.
      bool counted = false;
      while (stopped < kThreads) {
        own->select_once();
        if (!counted && own->sent.size() + own->received.size() >= messages) {
          counted = true;
          ++stopped;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  std::vector<uint64_t> sent;
  std::vector<uint64_t> received;
  for (const auto& one : selecting) {
    sent.insert(sent.end(), one->sent.begin(), one->sent.end());
    received.insert(received.end(), one->received.begin(), one->received.end());
  }
  for (const Ref<Channel>& channel : channels) {
    Parcel parcel;
    while (channel->try_receive(parcel) == Status::kDone) received.push_back(number(parcel));
  }
  std::sort(sent.begin(), sent.end());
  std::sort(received.begin(), received.end());
  CHECK(sent == received);
  CHECK(std::adjacent_find(sent.begin(), sent.end()) == sent.end());
}

}  // namespace

TEST_CASE("threads that select among rendezvous commit each message exactly once") {
  select_stress({0, 0});
}

TEST_CASE("threads that select among all kinds of channels commit each message exactly once") {
  select_stress({0, 1, 0, 3});
}

TEST_CASE("a thread that is selected, or interrupted, at any moment of its parking wakes") {
  const Watchdog watchdog("selecting while parking");
  const uint64_t rounds = scaled(20000);
  ThreadWaiter waiter;
  std::atomic<uint64_t> parking{0};
  std::thread waker([&] {
    for (uint64_t i = 1; i <= rounds; ++i) {
      while (parking < i) cpu_relax();
      for (uint64_t pause = 0; pause < i % 32; ++pause) cpu_relax();
      if (i % 2 == 0) {
        waiter.interrupt();
      } else if (waiter.try_select(Waiter::kRetry)) {
        waiter.unpark();
      }
    }
  });
  uint64_t wrong = 0;
  for (uint64_t i = 1; i <= rounds; ++i) {
    waiter.clear_interrupt();
    waiter.reset();
    parking = i;
    for (uint64_t pause = 0; pause < i % 29; ++pause) cpu_relax();
    wrong += waiter.sleep_until(kForever) != (i % 2 == 0 ? Waiter::kAborted : Waiter::kRetry);
  }
  waker.join();
  CHECK(wrong == 0);
}

TEST_CASE("no wake-up is lost when parked threads answer each other") {
  // One message at a time between threads that mostly sleep: a lost wake-up is a hang.
  for (const size_t capacity : {0, 1}) {
    const Watchdog watchdog("answering each other");
    const Ref<Channel> there = Channel::create(capacity, "");
    const Ref<Channel> back = Channel::create(capacity, "");
    const uint64_t trips = scaled(5000);
    std::thread echo([&] {
      ThreadWaiter waiter;
      Parcel parcel;
      while (there->receive(parcel, waiter, kForever) == Status::kDone) {
        back->send(parcel, waiter, kForever);
      }
    });
    ThreadWaiter waiter;
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < trips; ++i) {
      // Now and then long enough for the other to have parked, at every phase of its parking.
      if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i % 97));
      Parcel parcel = test::word(i);
      there->send(parcel, waiter, kForever);
      if (back->receive(parcel, waiter, kForever) != Status::kDone || number(parcel) != i) ++wrong;
    }
    there->close();
    echo.join();
    CHECK(wrong == 0);
  }
}

}  // namespace isolane

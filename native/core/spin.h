#pragma once

#include <algorithm>
#include <cstdint>

#include "backoff.h"
#include "clock.h"

namespace isolane {

// Counts, process-wide, the parties that run: threads that execute (or are about to execute)
// somebody's code. Spinning makes sense only while there is a core for each of them.
//
// Held by a thread for as long as it runs code that uses channels. May nest: a thread counts once.
class RunningParty {
 public:
  RunningParty();
  ~RunningParty();
  RunningParty(const RunningParty&) = delete;
  RunningParty& operator=(const RunningParty&) = delete;

  static int count();
};

// Held by a thread while it sleeps in the system: a parked thread, an event loop without work.
// Takes the thread out of the count if it was in it. May nest.
class PausedParty {
 public:
  PausedParty();
  ~PausedParty();
  PausedParty(const PausedParty&) = delete;
  PausedParty& operator=(const PausedParty&) = delete;

 private:
  const int depth_;  // of RunningParty, as it was
};

// Decides whether to spin before parking, and spins.
//
// Being woken costs 20 to 50 microseconds, so a spin that ends within that time has paid, and one
// that does not has cost no more than the wait itself would. Whether spins pay depends on what the
// other side does, which is best told from the last few of them: while they pay, spin; when they
// stop paying, park at once, and try again now and then to learn when that changes. When more
// parties run than there are cores, the one that is waited for may well be waiting for this core.
//
// Belongs to one thread at a time (it lives in that thread's ThreadWaiter).
class Spin {
 public:
  // Spins until `ready()` is true, and returns true; or until it has cost enough or the deadline
  // has passed, or at once when spinning is unlikely to pay, and returns false.
  template <class Ready>
  bool until(Ready&& ready, Deadline deadline);

  // After a spin that paid: lets the other side get ahead before it is followed, if that has paid
  // lately; `more()` tells whether it has got far enough. Two threads at each other's heels on the
  // same cache line cost each other a miss a message; at a distance it is a miss every few
  // messages. Nobody gets any later for it where messages come in a stream, and where they do not,
  // it is tried only now and then.
  template <class More>
  void let_gather(More&& more) {
    if (!gathers_ && ++ungathered_ % kGatherEvery != 0) return;
    for (uint32_t i = 0; i < kGatherPauses; ++i) cpu_relax();
    gathers_ = more();
  }

 private:
  static constexpr uint32_t kGatherEvery = 64;
  // One to two microseconds.
  static constexpr uint32_t kGatherPauses = 96;
  static constexpr Clock::duration kLimit = std::chrono::microseconds(30);
  // A look at the clock costs as much as a few looks at a cache line that has not changed.
  static constexpr uint32_t kRoundsPerClock = 16;
  // Pauses between two looks grow up to this: looking less often lets the other side work
  // undisturbed, and costs at most this much latency.
  static constexpr uint32_t kMaxPauses = 8;

  // The share of recent spins that paid, in 256ths.
  static constexpr int32_t kCertain = 256;
  // A spin costs up to 30 microseconds and saves a wake of about 50: below this share it loses.
  static constexpr int32_t kWorthwhile = kCertain / 4;
  // What a probe that paid sets the share to: enough for a few more attempts.
  static constexpr int32_t kSecondChance = kCertain / 2;
  static constexpr uint32_t kProbeEvery = 32;
  static constexpr uint32_t kProbeEveryWhenCrowded = 256;

  bool worth_trying();
  void learn(bool paid);

  int32_t share_ = kCertain;
  uint32_t skipped_ = 0;
  bool gathers_ = false;
  uint32_t ungathered_ = 0;
};

template <class Ready>
bool Spin::until(Ready&& ready, Deadline deadline) {
  if (!worth_trying()) return ready();
  Deadline limit = kForever;  // until the clock is first looked at
  uint32_t pauses = 1;
  for (uint32_t round = 1;; ++round) {
    if (ready()) {
      learn(true);
      return true;
    }
    for (uint32_t i = 0; i < pauses; ++i) cpu_relax();
    if (round % kRoundsPerClock != 0) continue;
    if (pauses < kMaxPauses) pauses *= 2;
    const Deadline now = Clock::now();
    if (limit == kForever) limit = std::min(deadline, now + kLimit);
    if (now >= limit) break;
  }
  // A deadline that cut the spin short says nothing about whether it would have paid.
  if (limit != deadline) learn(false);
  return ready();
}

}  // namespace isolane

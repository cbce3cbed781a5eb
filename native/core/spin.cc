#include "spin.h"

#include <atomic>
#include <thread>
#include <utility>

namespace isolane {
namespace {

std::atomic<int> running{0};
thread_local int depth = 0;  // how many RunningParty this thread holds

// Zero when the system does not say.
unsigned cores() {
  static const unsigned count = std::thread::hardware_concurrency();
  return count;
}

}  // namespace

RunningParty::RunningParty() {
  if (depth++ == 0) running.fetch_add(1, std::memory_order_relaxed);
}

RunningParty::~RunningParty() {
  if (--depth == 0) running.fetch_sub(1, std::memory_order_relaxed);
}

int RunningParty::count() { return running.load(std::memory_order_relaxed); }

PausedParty::PausedParty() : depth_(std::exchange(depth, 0)) {
  if (depth_ > 0) running.fetch_sub(1, std::memory_order_relaxed);
}

PausedParty::~PausedParty() {
  depth = depth_;
  if (depth_ > 0) running.fetch_add(1, std::memory_order_relaxed);
}

bool Spin::worth_trying() {
  // On one core nothing can change while this thread spins.
  if (cores() == 1) return false;
  const bool crowded = cores() != 0 && RunningParty::count() > static_cast<int>(cores());
  if (!crowded && share_ >= kWorthwhile) return true;
  if (++skipped_ < (crowded ? kProbeEveryWhenCrowded : kProbeEvery)) return false;
  skipped_ = 0;
  return true;
}

void Spin::learn(bool paid) {
  if (paid && share_ < kWorthwhile) {
    share_ = kSecondChance;
    return;
  }
  share_ += ((paid ? kCertain : 0) - share_) / 8;
}

}  // namespace isolane

#include "watchdog.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace isolane {

namespace {

struct Action {
  Clock::time_point due;
  uint64_t order;  // what is due at one time happens in the order it came
  std::function<void()> call;
};

bool later(const Action& a, const Action& b) {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

// Leaked on purpose, with its thread: it may be needed until the process is gone.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Action> actions;  // a heap, the earliest first
  uint64_t order = 0;
  bool started = false;

  void run() {
    std::unique_lock<std::mutex> guard(mutex);
    for (;;) {
      if (actions.empty()) {
        changed.wait(guard);
        continue;
      }
      const Clock::time_point due = actions.front().due;
      if (Clock::now() < due) {
        changed.wait_until(guard, due);
        continue;
      }
      std::pop_heap(actions.begin(), actions.end(), later);
      std::function<void()> call = std::move(actions.back().call);
      actions.pop_back();
      guard.unlock();
      call();
      call = nullptr;
      guard.lock();
    }
  }
};
Shared& shared() {
  static Shared* const all = new Shared;
  return *all;
}

}  // namespace

void Watchdog::at(Clock::time_point when, std::function<void()> action) {
  Shared& all = shared();
  std::lock_guard<std::mutex> guard(all.mutex);
  if (!all.started) {
    all.started = true;
    std::thread([] { shared().run(); }).detach();
  }
  const bool earliest = all.actions.empty() || when < all.actions.front().due;
  all.actions.push_back({when, all.order++, std::move(action)});
  std::push_heap(all.actions.begin(), all.actions.end(), later);
  if (earliest) all.changed.notify_one();
}

}  // namespace isolane

#include "lock_wait.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace isolane {

namespace {

// Leaked on purpose: threads may outlive static objects.
struct Waits {
  std::mutex mutex;
  std::map<uint64_t, const LockWait*> by_thread;  // guarded by mutex, as is all of these
  uint64_t last = 0;
};
Waits& waits() {
  static Waits* const all = new Waits;
  return *all;
}

}  // namespace

LockWait::LockWait(const LocalInterpreterLock& lock, uint64_t of, std::vector<uint64_t> inside)
    : lock_(lock), of_(of), inside_(std::move(inside)) {
  Waits& all = waits();
  const std::lock_guard guard(all.mutex);
  begun_ = ++all.last;
  looked_ = 0;
  all.by_thread.emplace(LocalInterpreterLock::this_thread(), this);
}

LockWait::~LockWait() {
  Waits& all = waits();
  const std::lock_guard guard(all.mutex);
  all.by_thread.erase(LocalInterpreterLock::this_thread());
}

std::vector<uint64_t> LockWait::go_on() {
  Waits& all = waits();
  const std::lock_guard guard(all.mutex);
  looked_ = all.last;

  const uint64_t here = LocalInterpreterLock::this_thread();
  std::vector<const LockWait*> circle;
  uint64_t thread = here;
  do {
    const auto found = all.by_thread.find(thread);
    if (found == all.by_thread.end()) return {};
    const LockWait* wait = found->second;
    // More than there are: this thread waits for those in a circle, which it is not in itself.
    if (circle.size() == all.by_thread.size()) return {};
    circle.push_back(wait);
    const uint64_t holder = wait->lock_.holder();
    if (holder == thread) return {};  // it has been given what it waited for
    thread = holder;
  } while (thread != here);

  const auto begun_last = std::max_element(circle.begin(), circle.end(),
                                           [](auto* a, auto* b) { return a->begun_ < b->begun_; });
  const bool all_wait_on = std::all_of(circle.begin(), circle.end(), [&](const LockWait* each) {
    return each->looked_ >= (*begun_last)->begun_;
  });
  if (!all_wait_on) return {};
  // Now, so that the others know: it may be a while until this thread has let go of its locks.
  all.by_thread.erase(here);

  // What a thread calls through on its way, from the lock that is waited for to the code that waits
  // in turn, is in the circle as well.
  std::vector<uint64_t> ids{inside_.back()};
  for (size_t i = 0; i < circle.size(); i++) {
    const std::vector<uint64_t>& next = circle[(i + 1) % circle.size()]->inside_;
    ids.insert(ids.end(), std::find(next.begin(), next.end(), circle[i]->of_), next.end());
  }
  ids.pop_back();
  return ids;
}

}  // namespace isolane

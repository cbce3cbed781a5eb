#include "watchdog.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace isolane {

// Leaked on purpose, with its thread: it may be needed until the process is gone.
class WatchdogThread {
 public:
  static WatchdogThread& shared() {
    static WatchdogThread* const all = new WatchdogThread;
    return *all;
  }

  void add(Clock::time_point when, std::function<void()> call) {
    const std::lock_guard lock(mutex_);
    insert(when, std::move(call), nullptr);
  }

  void set(Alarm& alarm, Deadline when, std::function<void()> call) {
    Actions::node_type dropped;  // goes without the mutex, with all that it holds
    const std::lock_guard lock(mutex_);
    if (when == kForever || (alarm.place_ && alarm.place_->first <= when)) return;
    if (alarm.place_) dropped = actions_.extract(*alarm.place_);
    alarm.place_ = insert(when, std::move(call), &alarm);
  }

  void forget(Alarm& alarm) {
    Actions::node_type dropped;
    const std::lock_guard lock(mutex_);
    if (alarm.place_) dropped = actions_.extract(*alarm.place_);
  }

  size_t pending() {
    const std::lock_guard lock(mutex_);
    return actions_.size();
  }

 private:
  // What is due at one time happens in the order it came.
  using Place = std::pair<Clock::time_point, uint64_t>;
  struct Action {
    std::function<void()> call;
    Alarm* alarm;  // whose it is, if any
  };
  using Actions = std::map<Place, Action>;

  // With the mutex.
  Place insert(Clock::time_point when, std::function<void()> call, Alarm* alarm) {
    if (!std::exchange(started_, true)) std::thread([this] { run(); }).detach();
    const Place place{when, order_++};
    const bool earliest = actions_.empty() || place < actions_.begin()->first;
    actions_.emplace(place, Action{std::move(call), alarm});
    if (earliest) changed_.notify_one();
    return place;
  }

  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (actions_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const Clock::time_point due = actions_.begin()->first.first;
      if (Clock::now() < due) {
        changed_.wait_until(lock, due);
        continue;
      }
      Action action = std::move(actions_.begin()->second);
      actions_.erase(actions_.begin());
      if (action.alarm != nullptr) action.alarm->place_.reset();
      lock.unlock();
      action.call();
      action.call = nullptr;
      lock.lock();
    }
  }

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Actions actions_;
  uint64_t order_ = 0;
  bool started_ = false;
};

void Watchdog::at(Clock::time_point when, std::function<void()> action) {
  WatchdogThread::shared().add(when, std::move(action));
}

size_t Watchdog::pending() { return WatchdogThread::shared().pending(); }

Alarm::~Alarm() { WatchdogThread::shared().forget(*this); }

void Alarm::set(Deadline when, std::function<void()> action) {
  WatchdogThread::shared().set(*this, when, std::move(action));
}

}  // namespace isolane

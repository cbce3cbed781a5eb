#include "guest_tasks.h"

#include <algorithm>
#include <utility>

namespace isolane {

namespace {

class WorkTask final : public v8::Task {
 public:
  explicit WorkTask(std::function<void()> work) : work_(std::move(work)) {}
  void Run() override { work_(); }

 private:
  const std::function<void()> work_;
};

}  // namespace

void GuestTasks::post(std::function<void()> work) {
  post(std::unique_ptr<v8::Task>(std::make_unique<WorkTask>(std::move(work))));
}

std::unique_ptr<v8::Task> GuestTasks::take(Clock::time_point now) {
  std::lock_guard<std::mutex> guard(mutex_);
  std::unique_ptr<v8::Task> task;
  if (!ready_.empty()) {
    task = std::move(ready_.front());
    ready_.pop_front();
  } else if (!delayed_.empty() && delayed_.front().due <= now) {
    std::pop_heap(delayed_.begin(), delayed_.end(), later);
    task = std::move(delayed_.back().task);
    delayed_.pop_back();
  }
  return task;
}

Deadline GuestTasks::next_due() const {
  std::lock_guard<std::mutex> guard(mutex_);
  if (!ready_.empty()) return Clock::time_point::min();
  return delayed_.empty() ? kForever : delayed_.front().due;
}

void GuestTasks::close() {
  std::deque<std::unique_ptr<v8::Task>> ready;
  std::vector<Delayed> delayed;
  {
    std::lock_guard<std::mutex> guard(mutex_);
    closed_ = true;
    ready.swap(ready_);
    delayed.swap(delayed_);
  }
  // The tasks go here, outside the mutex: a destructor of V8's may post.
}

void GuestTasks::post(std::unique_ptr<v8::Task> task) {
  {
    std::lock_guard<std::mutex> guard(mutex_);
    if (closed_) return;
    ready_.push_back(std::move(task));
  }
  wake_();
}

void GuestTasks::post_delayed(std::unique_ptr<v8::Task> task, double seconds) {
  {
    std::lock_guard<std::mutex> guard(mutex_);
    if (closed_) return;
    delayed_.push_back({deadline_after_ms(seconds * 1000), order_++, std::move(task)});
    std::push_heap(delayed_.begin(), delayed_.end(), later);
  }
  wake_();
}

}  // namespace isolane

// V8's own tasks for one interpreter: finishing compilations, garbage collection steps, and so on.
#pragma once

#include <node.h>
#include <v8-platform.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "../core/clock.h"

namespace isolane {

// V8 posts from any thread; the interpreter's loop takes and runs, holding the interpreter's lock.
class GuestTasks final : public v8::TaskRunner {
 public:
  // `wake` is called, on the posting thread, after each post.
  explicit GuestTasks(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Any thread: `work` becomes a task like V8's.
  void post(std::function<void()> work);
  // The next task that may run now; null if there is none.
  std::unique_ptr<v8::Task> take(Clock::time_point now);
  // When `take` will have something; kForever if nothing is queued.
  Deadline next_due() const;
  // Drops what is queued and whatever comes later.
  void close();

  bool IdleTasksEnabled() override { return false; }
  bool NonNestableTasksEnabled() const override { return true; }
  bool NonNestableDelayedTasksEnabled() const override { return true; }

#if V8_MAJOR_VERSION >= 12
 protected:
  using Location = const v8::SourceLocation&;
  void PostTaskImpl(std::unique_ptr<v8::Task> task, Location) override { post(std::move(task)); }
  void PostNonNestableTaskImpl(std::unique_ptr<v8::Task> task, Location) override {
    post(std::move(task));
  }
  void PostDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds, Location) override {
    post_delayed(std::move(task), seconds);
  }
  void PostNonNestableDelayedTaskImpl(std::unique_ptr<v8::Task> task, double seconds,
                                      Location) override {
    post_delayed(std::move(task), seconds);
  }
  void PostIdleTaskImpl(std::unique_ptr<v8::IdleTask>, Location) override {}
#else
  void PostTask(std::unique_ptr<v8::Task> task) override { post(std::move(task)); }
  void PostNonNestableTask(std::unique_ptr<v8::Task> task) override { post(std::move(task)); }
  void PostDelayedTask(std::unique_ptr<v8::Task> task, double seconds) override {
    post_delayed(std::move(task), seconds);
  }
  void PostNonNestableDelayedTask(std::unique_ptr<v8::Task> task, double seconds) override {
    post_delayed(std::move(task), seconds);
  }
  void PostIdleTask(std::unique_ptr<v8::IdleTask>) override {}
#endif

 private:
  struct Delayed {
    Clock::time_point due;
    uint64_t order;  // tasks due at one time run in the order they came
    std::unique_ptr<v8::Task> task;
  };
  static bool later(const Delayed& a, const Delayed& b) {
    return a.due != b.due ? a.due > b.due : a.order > b.order;
  }
  void post(std::unique_ptr<v8::Task> task);
  void post_delayed(std::unique_ptr<v8::Task> task, double seconds);

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::deque<std::unique_ptr<v8::Task>> ready_;
  std::vector<Delayed> delayed_;  // a heap, the earliest first
  uint64_t order_ = 0;
};

// What Node's platform asks of an embedder that brings its own loop.
class GuestDelegate final : public node::IsolatePlatformDelegate {
 public:
  explicit GuestDelegate(std::shared_ptr<GuestTasks> tasks) : tasks_(std::move(tasks)) {}
  std::shared_ptr<v8::TaskRunner> GetForegroundTaskRunner() override { return tasks_; }
  bool IdleTasksEnabled() override { return false; }

 private:
  const std::shared_ptr<GuestTasks> tasks_;
};

}  // namespace isolane

#pragma once

#include <atomic>
#include <chrono>
#include <utility>

#include "queued.h"
#include "watchdog.h"

namespace isolane {

// Moments as messages.
class Calendar {
 public:
  explicit Calendar(uint8_t tag);

  // The bits of a double: milliseconds since 1970, as the system's clock was when this was made.
  Parcel moment(Clock::time_point when) const;

 private:
  using Milliseconds = std::chrono::duration<double, std::milli>;

  const Milliseconds epoch_;  // of our clock
  const uint8_t tag_;
};

// What the queues of time have in common: nobody pushes.
class TimedQueue {
 public:
  static constexpr bool kWeighs = false;

  bool allocated() const { return true; }
  Status try_push(Parcel&) { return closed() ? Status::kClosed : Status::kWouldBlock; }
  Status push_beyond(Parcel& parcel) { return try_push(parcel); }
  bool is_too_heavy() const { return false; }
  bool close() { return !closed_.exchange(true, std::memory_order_seq_cst); }
  bool closed() const { return closed_.load(std::memory_order_seq_cst); }
  bool has_room(size_t) const { return false; }
  bool likely_pushable(size_t) const { return false; }

 protected:
  explicit TimedQueue(uint8_t tag) : calendar_(tag) {}
  Status nothing() const { return closed() ? Status::kClosed : Status::kWouldBlock; }

  const Calendar calendar_;

 private:
  std::atomic<bool> closed_{false};
};

// One message, once its time has come.
class After : public TimedQueue {
 public:
  After(Deadline when, uint8_t tag) : TimedQueue(tag), when_(when) {}

  Status try_pop(Parcel& parcel) {
    parcel.reset();
    if (empty() || taken_.exchange(true, std::memory_order_seq_cst)) return nothing();
    parcel = calendar_.moment(when_);
    return Status::kDone;
  }
  // When there is something next; kForever: never.
  Deadline next() const { return taken_.load(std::memory_order_seq_cst) ? kForever : when_; }
  bool empty() const { return next() == kForever || Clock::now() < when_; }
  size_t size() const { return empty() ? 0 : 1; }
  bool likely_poppable() const { return !empty(); }

 private:
  const Deadline when_;
  std::atomic<bool> taken_{false};
};

// A message every period. One that nobody takes in time makes place for the next, whose time is
// always a whole number of periods after the start.
class Tick : public TimedQueue {
 public:
  Tick(Clock::duration period, uint8_t tag)
      : TimedQueue(tag), period_(period), next_(Clock::now() + period) {}

  Status try_pop(Parcel& parcel) {
    parcel.reset();
    Clock::time_point due = next_.load(std::memory_order_seq_cst);
    for (;;) {
      const Clock::time_point now = Clock::now();
      if (now < due) return nothing();
      // The last one that is due.
      const Clock::time_point last = due + (now - due) / period_ * period_;
      if (next_.compare_exchange_weak(due, last + period_, std::memory_order_seq_cst)) {
        parcel = calendar_.moment(last);
        return Status::kDone;
      }
    }
  }
  Deadline next() const { return next_.load(std::memory_order_seq_cst); }
  bool empty() const { return Clock::now() < next(); }
  size_t size() const { return empty() ? 0 : 1; }
  bool likely_poppable() const { return !empty(); }

 private:
  const Clock::duration period_;
  std::atomic<Clock::time_point> next_;
};

// The flavour without senders. Nothing runs between its messages: whoever waits is woken by the
// watchdog's thread when there is one.
template <class Queue>
class TimedChannel final : public QueuedChannel<Queue> {
  using Base = QueuedChannel<Queue>;

 public:
  template <class... Arguments>
  explicit TimedChannel(ChannelOptions options, Arguments&&... arguments)
      : Base(std::move(options), std::forward<Arguments>(arguments)...) {}

  Status try_receive(Parcel& parcel) override {
    const Status status = Base::try_receive(parcel);
    if (status == Status::kDone && this->waiting(Side::kReceiver).any()) {
      will_fire() ? wake_in_time() : this->look_around(Side::kReceiver);
    }
    return status;
  }

  Status arm(Case& own) override {
    const Status status = Base::arm(own);
    if (status == Status::kWouldBlock) wake_in_time();
    return status;
  }

  bool will_fire() const override { return !this->closed() && this->queue_.next() != kForever; }

 private:
  void wake_in_time() {
    alarm_.set(this->queue_.next(), [id = this->id()] {
      // Not a reference: whoever waits has one.
      if (const Ref<Channel> channel = Channel::registry().find(id)) {
        static_cast<TimedChannel*>(channel.get())->on_time();
      }
    });
  }

  void on_time() {
    // Somebody who did not wait may have been faster: then it is the next one that counts.
    if (this->queue_.empty()) {
      if (this->waiting(Side::kReceiver).any()) wake_in_time();
    } else {
      this->pass_on(Side::kReceiver);
    }
  }

  Alarm alarm_;
};

}  // namespace isolane

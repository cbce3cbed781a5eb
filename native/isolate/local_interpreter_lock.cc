#include "local_interpreter_lock.h"

#include <atomic>

namespace isolane {

LocalInterpreterLock::Outcome LocalInterpreterLock::acquire(Deadline deadline) {
  std::unique_lock<std::mutex> guard(mutex_);
  if (closed_) return Outcome::kClosed;
  if (!held_) {
    held_ = true;
    holder_ = this_thread();
    return Outcome::kAcquired;
  }

  Ticket ticket;
  if (last_ != nullptr) {
    last_->next = &ticket;
  } else {
    first_ = &ticket;
  }
  last_ = &ticket;
  waiting_++;
  const Clock::time_point start = Clock::now();
  const auto settled = [&] { return ticket.granted || closed_; };
  if (deadline == kForever) {
    ticket.turn.wait(guard, settled);
  } else {
    ticket.turn.wait_until(guard, deadline, settled);
  }
  waited_ += Clock::now() - start;
  if (ticket.granted) return Outcome::kAcquired;  // who granted it has taken it off the list
  remove(&ticket);
  waiting_--;
  return closed_ ? Outcome::kClosed : Outcome::kTimedOut;
}

void LocalInterpreterLock::release() {
  std::lock_guard<std::mutex> guard(mutex_);
  if (first_ == nullptr || closed_) {
    held_ = false;
    holder_ = 0;
    return;
  }
  // The lock passes straight to the next: a newcomer cannot overtake.
  Ticket* next = first_;
  first_ = next->next;
  if (first_ == nullptr) last_ = nullptr;
  waiting_--;
  next->granted = true;
  holder_ = next->thread;
  // Notified under the mutex, since the ticket is gone as soon as its owner sees `granted`.
  next->turn.notify_one();
}

void LocalInterpreterLock::close() {
  std::lock_guard<std::mutex> guard(mutex_);
  closed_ = true;
  for (Ticket* ticket = first_; ticket != nullptr; ticket = ticket->next) {
    ticket->turn.notify_one();
  }
}

uint64_t LocalInterpreterLock::holder() const {
  std::lock_guard<std::mutex> guard(mutex_);
  return closed_ ? 0 : holder_;
}

uint64_t LocalInterpreterLock::this_thread() {
  static std::atomic<uint64_t> last{0};
  static thread_local const uint64_t number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

bool LocalInterpreterLock::held() const {
  std::lock_guard<std::mutex> guard(mutex_);
  return held_;
}

bool LocalInterpreterLock::closed() const {
  std::lock_guard<std::mutex> guard(mutex_);
  return closed_;
}

uint32_t LocalInterpreterLock::waiting() const {
  std::lock_guard<std::mutex> guard(mutex_);
  return waiting_;
}

double LocalInterpreterLock::waited_ms() const {
  std::lock_guard<std::mutex> guard(mutex_);
  return std::chrono::duration<double, std::milli>(waited_).count();
}

void LocalInterpreterLock::remove(Ticket* ticket) {
  Ticket* before = nullptr;
  for (Ticket* one = first_; one != nullptr; before = one, one = one->next) {
    if (one != ticket) continue;
    (before == nullptr ? first_ : before->next) = ticket->next;
    if (last_ == ticket) last_ = before;
    return;
  }
}

}  // namespace isolane

#include "node_code.h"

#include <utility>

#include "node_guest.h"

namespace isolane {

NodeCode::NodeCode(NodeGuest& guest, v8::Isolate* isolate, ThreadWaiter& waiter)
    : guest_(guest), isolate_(isolate), waiter_(waiter), calls_(*this, guest.party()) {}

std::function<void()> NodeCode::if_alive(std::function<void()> action) {
  return isolane::if_alive(guest_, std::move(action));
}

void NodeCode::run(uint64_t tag, const std::function<void()>& code) {
  {
    const std::lock_guard lock(mutex_);
    running_ = tag;
    stopped_ = false;
  }
  bool terminated;
  {
    v8::TryCatch caught(isolate_);
    caught.SetVerbose(true);
    code();
    terminated = caught.HasTerminated();
    const std::lock_guard lock(mutex_);
    running_ = 0;
    if (stopped_ && !guest_.ending()) {
      // What was to stop has: not what runs next.
      isolate_->CancelTerminateExecution();
      waiter_.clear_interrupt();
      return;
    }
  }
  if (!terminated) return;
  // The environment ends, by whose order ever. What would have ended the code that comes next has
  // been used up.
  guest_.note_ending();
  isolate_->TerminateExecution();
}

void NodeCode::close() {
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  calls_.clear();
}

void NodeCode::stop_call(uint64_t tag) {
  {
    const std::lock_guard lock(mutex_);
    if (!gone_ && running_ == tag) {
      stopped_ = true;
      isolate_->TerminateExecution();
      waiter_.interrupt();
    }
  }
  look_again(tag, Clock::now());
}

void NodeCode::look_again(uint64_t tag, Clock::time_point since) {
  Watchdog::at(Clock::now() + kGrace, if_alive([=, this] { supervise(tag, since); }));
}

void NodeCode::supervise(uint64_t tag, Clock::time_point since) {
  // The loop has turned since, and the call has been dropped.
  if (!calls_.cancelled(tag)) return;
  calls_.tell(tag);
  bool ignores;
  {
    const std::lock_guard lock(mutex_);
    ignores = running_ == tag || running_ == 0;
  }
  if (ignores && Clock::now() - since >= 2 * kGrace) {
    guest_.terminate(EndCause::kUnresponsive);
    return;
  }
  look_again(tag, since);
}

}  // namespace isolane

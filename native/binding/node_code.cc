#include "node_calls.h"

#include <memory>
#include <utility>

#include "node_guest.h"

namespace isolane {

namespace {

// For so long code may go on that was told to stop; then whoever called it is told all the same,
// and after as long again it is given up.
constexpr auto kGrace = std::chrono::milliseconds(500);

}  // namespace

NodeCalls::NodeCalls(NodeGuest& guest, v8::Isolate* isolate, ThreadWaiter& waiter)
    : guest_(guest), isolate_(isolate), waiter_(waiter) {}

void NodeCalls::expect(CallKey key, CallLimits limits) { watch(table_.add(key, limits)); }

bool NodeCalls::cancel(CallKey key, CancelCause cause) {
  std::optional<CallTable::Cancelled> cancelled = table_.cancel(key, cause);
  if (cancelled) finish_cancel(*cancelled);
  return cancelled.has_value();
}

std::optional<uint64_t> NodeCalls::begin(CallKey key) {
  Deadline look = kForever;
  std::optional<uint64_t> tag = table_.begin(key, &look);
  if (tag) watch(look);
  return tag;
}

void NodeCalls::run(uint64_t tag, const std::function<void()>& code) {
  {
    const std::lock_guard lock(run_mutex_);
    running_ = tag;
    stopped_ = false;
  }
  bool terminated;
  {
    v8::TryCatch caught(isolate_);
    caught.SetVerbose(true);
    code();
    terminated = caught.HasTerminated();
    const std::lock_guard lock(run_mutex_);
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

void NodeCalls::end(uint64_t tag) {
  if (std::optional<CallTable::Cancelled> cancelled = table_.end(tag)) tell_caller(*cancelled);
}

void NodeCalls::clear() {
  {
    const std::lock_guard lock(run_mutex_);
    gone_ = true;
  }
  table_.clear();
}

void NodeCalls::watch(Deadline look) {
  next_look_.set(look, if_alive([this] { this->look(); }));
}

void NodeCalls::look() {
  Deadline next = kForever;
  for (const CallTable::Cancelled& one : table_.cancel_overdue(Clock::now(), &next)) {
    finish_cancel(one);
  }
  watch(next);
}

void NodeCalls::finish_cancel(const CallTable::Cancelled& cancelled) {
  if (cancelled.tag == 0) {
    // It has not begun, and is skipped when its turn comes.
    tell_caller(cancelled);
    return;
  }
  Letter letter;
  letter.from = guest_.id();
  letter.type = static_cast<uint32_t>(NativeLetter::kDropCall);
  letter.id = cancelled.tag;
  (void)guest_.party()->post(std::move(letter));
  stop_code_of(cancelled.tag);
  const Clock::time_point now = Clock::now();
  Watchdog::at(now + kGrace, if_alive([this, tag = cancelled.tag, now] { supervise(tag, now); }));
}

void NodeCalls::tell_caller(const CallTable::Cancelled& cancelled) {
  std::shared_ptr<Party> caller = Party::registry().find(cancelled.key.party);
  if (caller == nullptr) return;
  Letter letter;
  letter.from = guest_.id();
  letter.type = static_cast<uint32_t>(NativeLetter::kCancelled);
  letter.id = cancelled.key.id;
  letter.body = text_parcel(name_of(cancelled.cause));
  caller->post(std::move(letter));
}

void NodeCalls::stop_code_of(uint64_t tag) {
  const std::lock_guard lock(run_mutex_);
  if (gone_ || running_ != tag) return;
  stopped_ = true;
  isolate_->TerminateExecution();
  waiter_.interrupt();
}

void NodeCalls::supervise(uint64_t tag, Clock::time_point since) {
  // The loop has turned since, and the call has been dropped.
  if (!table_.cancelled(tag)) return;
  if (std::optional<CallTable::Cancelled> cancelled = table_.tell(tag)) tell_caller(*cancelled);
  bool ignores;
  {
    const std::lock_guard lock(run_mutex_);
    ignores = running_ == tag || running_ == 0;
  }
  if (ignores && Clock::now() - since >= 2 * kGrace) {
    guest_.terminate(EndCause::kUnresponsive);
    return;
  }
  Watchdog::at(Clock::now() + kGrace, if_alive([this, tag, since] { supervise(tag, since); }));
}

std::function<void()> NodeCalls::if_alive(std::function<void()> action) {
  return [weak = guest_.weak_from_this(), action = std::move(action)] {
    if (const std::shared_ptr<NodeGuest> alive = weak.lock()) action();
  };
}

}  // namespace isolane

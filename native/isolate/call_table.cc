#include "call_table.h"

#include <algorithm>
#include <utility>

namespace isolane {

namespace {

// CPU time is looked at when it could be used up at the earliest, but not more often than this.
constexpr auto kShortestLook = std::chrono::milliseconds(1);

}  // namespace

const char* name_of(CancelCause cause) {
  switch (cause) {
    case CancelCause::kTimeout:
      return "timeout";
    case CancelCause::kCpuTimeout:
      return "cpuTimeout";
    default:
      return "aborted";
  }
}

Deadline CallTable::add(CallKey key, CallLimits limits) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto [added, is_new] = calls_.try_emplace(key);
  if (!is_new) return kForever;
  added->second.limits = limits;
  added->second.look = looks_.emplace(limits.deadline, key);
  return limits.deadline;
}

std::optional<uint64_t> CallTable::begin(CallKey key, Deadline* look) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = calls_.find(key);
  if (found == calls_.end()) return std::nullopt;
  Call& call = found->second;
  if (call.cancelled) {
    erase(found);
    return std::nullopt;
  }
  call.tag = ++last_tag_;
  by_tag_.emplace(call.tag, key);
  if (call.limits.cpu_time != Clock::duration::max()) {
    call.clock = ThreadClock::of_this_thread();
    call.used_before = call.clock->used();
    look_at(key, call, std::min(call.limits.deadline, Clock::now() + call.limits.cpu_time));
  }
  *look = call.look->first;
  return call.tag;
}

std::optional<CallTable::Cancelled> CallTable::end(uint64_t tag) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) return std::nullopt;
  auto call = calls_.find(found->second);
  std::optional<Cancelled> cancelled = tell_locked(*call);
  erase(call);
  return cancelled;
}

std::optional<CallTable::Cancelled> CallTable::tell(uint64_t tag) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) return std::nullopt;
  return tell_locked(*calls_.find(found->second));
}

std::optional<CallTable::Cancelled> CallTable::cancel(CallKey key, CancelCause cause) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = calls_.find(key);
  if (found == calls_.end() || found->second.cancelled) return std::nullopt;
  return cancel(found, cause);
}

void CallTable::forget(CallKey key) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = calls_.find(key);
  if (found != calls_.end()) erase(found);
}

bool CallTable::forget_cancelled(CallKey key) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = calls_.find(key);
  if (found == calls_.end() || !found->second.cancelled) return false;
  erase(found);
  return true;
}

void CallTable::clear() {
  std::lock_guard<std::mutex> guard(mutex_);
  calls_.clear();
  looks_.clear();
  by_tag_.clear();
}

std::optional<CancelCause> CallTable::cancelled(uint64_t tag) const {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = by_tag_.find(tag);
  return found == by_tag_.end() ? std::nullopt : calls_.at(found->second).cancelled;
}

std::vector<CallTable::Cancelled> CallTable::cancel_overdue(Clock::time_point now, Deadline* next) {
  std::lock_guard<std::mutex> guard(mutex_);
  std::vector<Cancelled> overdue;
  while (!looks_.empty() && looks_.begin()->first <= now) {
    auto found = calls_.find(looks_.begin()->second);
    Call& call = found->second;
    if (call.limits.deadline <= now) {
      overdue.push_back(cancel(found, CancelCause::kTimeout));
      continue;
    }
    const auto left = call.limits.cpu_time - (call.clock->used() - call.used_before);
    if (left <= Clock::duration::zero()) {
      overdue.push_back(cancel(found, CancelCause::kCpuTimeout));
      continue;
    }
    const Clock::time_point earliest = now + std::max<Clock::duration>(left, kShortestLook);
    look_at(found->first, call, std::min(call.limits.deadline, earliest));
  }
  *next = looks_.empty() ? kForever : looks_.begin()->first;
  return overdue;
}

void CallTable::look_at(const CallKey& key, Call& call, Deadline when) {
  looks_.erase(call.look);
  call.look = looks_.emplace(when, key);
}

void CallTable::erase(Calls::iterator call) {
  if (call->second.tag != 0) by_tag_.erase(call->second.tag);
  if (!call->second.cancelled) looks_.erase(call->second.look);
  calls_.erase(call);
}

std::optional<CallTable::Cancelled> CallTable::tell_locked(Calls::value_type& call) {
  if (!call.second.cancelled || std::exchange(call.second.told, true)) return std::nullopt;
  return Cancelled{call.first, *call.second.cancelled, call.second.tag};
}

CallTable::Cancelled CallTable::cancel(Calls::iterator call, CancelCause cause) {
  call->second.cancelled = cause;
  looks_.erase(call->second.look);
  return {call->first, cause, call->second.tag};
}

}  // namespace isolane

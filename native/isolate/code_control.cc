#include "code_control.h"

#include <utility>

#include "../value/v8_compat.h"
#include "interpreter.h"

namespace isolane {

namespace {

// So many calls that were stopped are remembered.
constexpr size_t kMostStopped = 1000;

}  // namespace

CodeControl::CodeControl(Interpreter& interpreter)
    : interpreter_(interpreter), calls_(*this, interpreter.loop()) {}

std::function<void()> CodeControl::if_alive(std::function<void()> action) {
  return isolane::if_alive(interpreter_, std::move(action));
}

void CodeControl::set_inner_call(std::shared_ptr<Interpreter> callee, CallKey key) {
  std::lock_guard<std::mutex> guard(inner_mutex_);
  inner_callee_ = std::move(callee);
  inner_key_ = key;
}

std::shared_ptr<Interpreter> CodeControl::inner_callee() const {
  std::lock_guard<std::mutex> guard(inner_mutex_);
  return inner_callee_;
}

void CodeControl::stop_inner_call() {
  std::shared_ptr<Interpreter> callee;
  CallKey key;
  {
    std::lock_guard<std::mutex> guard(inner_mutex_);
    callee = inner_callee_;
    key = inner_key_;
  }
  if (callee != nullptr) callee->code().calls().cancel(key, CancelCause::kAborted);
}

bool CodeControl::condemn() {
  return condemned_.exchange(Condemned::kForGood, std::memory_order_acq_rel) == Condemned::kForGood;
}

bool CodeControl::is_condemned() const {
  // What was requested comes to an end, but may have to collect before.
  return condemned_.load(std::memory_order_acquire) != Condemned::kNo &&
         !serving_.load(std::memory_order_relaxed);
}

void CodeControl::acquit() {
  Condemned expected = Condemned::kForCall;
  condemned_.compare_exchange_strong(expected, Condemned::kNo, std::memory_order_acq_rel);
}

void CodeControl::note_safe_point() {
  last_safe_point_.store(Clock::now(), std::memory_order_relaxed);
  acquit();
}

void CodeControl::serve(const std::function<void()>& work) {
  serving_.store(true, std::memory_order_relaxed);
  work();
  last_safe_point_.store(Clock::now(), std::memory_order_relaxed);
  serving_.store(false, std::memory_order_release);
}

void CodeControl::stop_call(uint64_t tag) {
  const Clock::time_point now = Clock::now();
  stop_code_of(tag);
  look_again(tag, now, now);
}

void CodeControl::stop_code_of(uint64_t tag) {
  interpreter_.request([this, tag] {
    stopped_calls_.insert(tag);
    if (stopped_calls_.size() > kMostStopped) stopped_calls_.erase(stopped_calls_.begin());
    watch_leftovers();
    stop_leftover();
  });
  stop_inner_call();
}

void CodeControl::look_again(uint64_t tag, Clock::time_point cancelled, Clock::time_point told) {
  Watchdog::at(Clock::now() + Patrol::kEvery,
               if_alive([=, this] { supervise(tag, cancelled, told); }));
}

void CodeControl::supervise(uint64_t tag, Clock::time_point cancelled, Clock::time_point told) {
  if (!calls_.cancelled(tag)) return;  // it has stopped, and been dropped
  const auto now = Clock::now();
  if (now - cancelled >= kGrace) calls_.tell(tag);
  if (last_safe_point_.load(std::memory_order_relaxed) >= told) {
    // Other code ran when it looked.
    stop_code_of(tag);
    return look_again(tag, cancelled, now);
  }
  // Only its own code is to be blamed: others' may take its time, in a single operation of the
  // engine too.
  const bool ignores =
      !serving_.load(std::memory_order_acquire) && running_.load(std::memory_order_relaxed) == tag;
  if (ignores && now - told >= kGrace) {
    Condemned expected = Condemned::kNo;
    condemned_.compare_exchange_strong(expected, Condemned::kForCall, std::memory_order_acq_rel);
  }
  if (ignores && now - told >= 2 * kGrace) {
    interpreter_.write_off();
    return;
  }
  // It may have begun to wait for another in the very moment in which it was told.
  stop_inner_call();
  look_again(tag, cancelled, told);
}

void CodeControl::watch_leftovers() {
  if (stopped_calls_.empty()) return;
  const auto runs = [this] { return interpreter_.state() == Interpreter::State::kRunning; };
  leftovers_.start(interpreter_, runs,
                   [this] { interpreter_.request([this] { stop_leftover(); }); });
}

std::optional<uint64_t> CodeControl::begin_call(CallKey key) {
  std::optional<uint64_t> tag = calls_.begin(key);
  if (tag) enter(*tag);
  return tag;
}

void CodeControl::enter(uint64_t tag) {
  running_.store(tag, std::memory_order_relaxed);
  if (tag == kOtherCode) return;
  v8::Isolate* isolate = interpreter_.isolate();
  v8::HandleScope scope(isolate);
  compat::set_continuation_data(isolate->GetCurrentContext(),
                                v8::Number::New(isolate, static_cast<double>(tag)));
}

bool CodeControl::leave() {
  v8::Isolate* isolate = interpreter_.isolate();
  const uint64_t running = running_.exchange(0, std::memory_order_relaxed);
  const bool told_to_stop = std::exchange(told_to_stop_, false);
  acquit();
  // The engine takes the tag of a microtask back when that is done, but not when it was stopped.
  if ((running != 0 && running != kOtherCode) || told_to_stop) {
    v8::HandleScope scope(isolate);
    compat::set_continuation_data(isolate->GetCurrentContext(), v8::Undefined(isolate));
  }
  own_code_.reset();
  stops_all_ = false;
  // What was to stop has: not what runs next.
  if (told_to_stop && !interpreter_.stopping()) isolate->CancelTerminateExecution();
  return told_to_stop;
}

uint64_t CodeControl::current_call() const {
  v8::Isolate* isolate = interpreter_.isolate();
  v8::HandleScope scope(isolate);
  v8::Local<v8::Context> context = isolate->GetCurrentContext();
  if (context.IsEmpty()) return 0;
  v8::Local<v8::Value> tag = compat::continuation_data(context);
  return tag->IsNumber() ? static_cast<uint64_t>(tag.As<v8::Number>()->Value()) : 0;
}

bool CodeControl::stop_leftover() {
  const bool stops =
      stops_all_ || (!stopped_calls_.empty() && stopped_calls_.contains(current_call()));
  if (!stops || own_code_.puts_off()) return false;
  told_to_stop_ = true;
  interpreter_.isolate()->TerminateExecution();
  return true;
}

void CodeControl::stop_all() {
  stops_all_ = true;
  stop_leftover();
}

}  // namespace isolane

#include "node_visits.h"

#include <utility>

#include "../core/watchdog.h"

namespace isolane {

NodeVisits::NodeVisits(v8::Isolate* isolate, std::function<bool()> told_to_stop)
    : isolate_(isolate),
      told_to_stop_(std::move(told_to_stop)),
      thread_(std::this_thread::get_id()) {}

void NodeVisits::begin(Interpreter& callee) {
  const std::lock_guard lock(mutex_);
  callee_ = &callee;
  called_ = true;
  if (!std::exchange(watched_, true)) come_by_later();
}

void NodeVisits::end() {
  const std::lock_guard lock(mutex_);
  callee_ = nullptr;
  asked_ = nullptr;
}

void NodeVisits::come_by_later() {
  Watchdog::at(Clock::now() + kInterval, if_alive(*this, [this] { come_by(); }));
}

void NodeVisits::come_by() {
  std::shared_ptr<Interpreter> innermost;
  {
    const std::lock_guard lock(mutex_);
    if (callee_ == nullptr && !called_) {
      watched_ = false;
      return;
    }
    called_ = false;
    come_by_later();
    if (callee_ == nullptr) return;
    innermost = callee_->shared_from_this();
    while (std::shared_ptr<Interpreter> next = innermost->code().inner_callee()) innermost = next;
    // In a long operation of the engine, one question is enough.
    if (asked_ == innermost.get()) return;
    asked_ = innermost.get();
  }
  innermost->request([self = shared_from_this()] { self->look(); });
}

void NodeVisits::look() {
  // If not, the call has come to its end before this was served.
  if (std::this_thread::get_id() != thread_) return;
  {
    const std::lock_guard lock(mutex_);
    if (callee_ == nullptr) return;
    asked_ = nullptr;
  }
  bool stop;
  {
    v8::Isolate::Scope scope(isolate_);
    stop = told_to_stop_();
  }
  if (stop) Interpreter::stop_all_entered_here();
}

}  // namespace isolane

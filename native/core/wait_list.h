#pragma once

#include <atomic>
#include <cstdint>

#include "cache_line.h"
#include "waiter.h"

namespace isolane {

// The cases that wait on one side of a channel, in the order in which they came. Guarded by the
// channel's lock, but for any(), which the other side reads after every operation: hence a cache
// line of its own, which changes only when somebody starts or stops waiting.
class alignas(kCacheLine) WaitList {
 public:
  // Whether somebody waits. seq_cst, as is the count in link(): see Ring.
  bool any() const { return waiting_.load(std::memory_order_seq_cst) != 0; }

  Case* first() const { return first_; }

  void link(Case& arrived) {
    arrived.prev = last_;
    arrived.next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = &arrived;
    last_ = &arrived;
    arrived.linked = true;
    waiting_.fetch_add(1, std::memory_order_seq_cst);
  }

  void unlink(Case& leaving) {
    (leaving.prev == nullptr ? first_ : leaving.prev->next) = leaving.next;
    (leaving.next == nullptr ? last_ : leaving.next->prev) = leaving.prev;
    leaving.prev = leaving.next = nullptr;
    leaving.linked = false;
    waiting_.fetch_sub(1, std::memory_order_seq_cst);
  }

  // Selects the first waiter that still waits for kRetry, and wakes it. Cases of waiters that were
  // selected elsewhere are unlinked on the way. False if there was none.
  bool wake_one() {
    while (first_ != nullptr) {
      Case& woken = *first_;
      unlink(woken);
      if (woken.waiter->try_select(Waiter::kRetry)) {
        woken.waiter->unpark();
        return true;
      }
    }
    return false;
  }

  template <class Visit>
  void for_each(Visit&& visit) {
    for (Case* one = first_; one != nullptr; one = one->next) visit(*one);
  }

  // Unlinks cases from the front whose waiters were selected elsewhere.
  void drop_selected() {
    while (first_ != nullptr && !first_->waiter->waits()) unlink(*first_);
  }

  void wake_all() {
    while (wake_one()) {
    }
  }

 private:
  std::atomic<uint32_t> waiting_{0};
  Case* first_ = nullptr;
  Case* last_ = nullptr;
};

}  // namespace isolane

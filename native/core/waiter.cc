#include "waiter.h"

#include "backoff.h"

namespace isolane {

bool Waiter::try_select(uintptr_t outcome) {
  Backoff backoff;
  for (;;) {
    uintptr_t seen = kWaiting;
    if (selected_.compare_exchange_strong(seen, outcome, std::memory_order_seq_cst)) return true;
    if (seen != kClaimed) return false;
    // In a few instructions it is either selected or waiting again.
    backoff.wait();
  }
}

uintptr_t ThreadWaiter::park_until(Deadline deadline) {
  spin_.until([this] { return selected() != kWaiting || interrupted(); }, deadline);
  return sleep_until(deadline);
}

uintptr_t ThreadWaiter::sleep_until(Deadline deadline) {
  for (;;) {
    if (selected() != kWaiting) return selected();
    if (interrupted() || (deadline != kForever && Clock::now() >= deadline)) {
      try_select(kAborted);
      return selected();
    }
    parker_.prepare();
    if (selected() != kWaiting || interrupted()) {
      parker_.cancel();
    } else {
      parker_.sleep_until(deadline);
    }
  }
}

void ThreadWaiter::interrupt() {
  interrupted_.store(true, std::memory_order_seq_cst);
  parker_.unpark();
}

}  // namespace isolane

#include "loop.h"

namespace isolane {

void Loop::wait(Deadline deadline) {
  const auto woken = [this] { return woken_.load(std::memory_order_seq_cst); };
  if (!spin_.until(woken, deadline)) {
    while (!woken() && (deadline == kForever || Clock::now() < deadline)) {
      parker_.prepare();
      if (woken()) {
        parker_.cancel();
      } else {
        parker_.sleep_until(deadline);
      }
    }
  }
  // Not a plain store: what was written before a wake-up that this one takes is to be seen.
  woken_.exchange(false, std::memory_order_seq_cst);
}

void Loop::wake() {
  if (!woken_.exchange(true, std::memory_order_seq_cst)) parker_.unpark();
}

}  // namespace isolane

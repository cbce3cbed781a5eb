// The event loop of one interpreter: where its thread waits for mail, tasks and timers.
#pragma once

#include <atomic>

#include "../core/clock.h"
#include "../core/parker.h"
#include "../core/party.h"
#include "../core/spin.h"

namespace isolane {

// Any thread may wake it; only the interpreter's own thread waits.
class Loop final : public Party {
 public:
  // Waits until woken or `deadline`. A wake-up that came since the last wait counts.
  void wait(Deadline deadline);
  void wake() override;

 private:
  Parker parker_;
  Spin spin_;
  std::atomic<bool> woken_{false};
};

}  // namespace isolane

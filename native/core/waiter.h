#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "clock.h"
#include "parcel.h"
#include "parker.h"
#include "spin.h"
#include "status.h"

namespace isolane {

struct Case;

// Who is told that an operation may go on: a thread that blocks (ThreadWaiter) or an event loop
// (LoopWaiter). It waits in one or several channels at once, by one Case in each, and is selected
// exactly once: by whoever first exchanges kWaiting for an outcome.
//
// The owner resets it, arms its cases, waits, disarms all of them, and only then looks at what
// came in. One owner at a time; try_select(), selected() and unpark() are for any thread.
class Waiter {
 public:
  static constexpr uintptr_t kWaiting = 0;
  static constexpr uintptr_t kAborted = 1;  // the owner gave up: time is out, or interrupted
  static constexpr uintptr_t kRetry = 2;    // what did not go on before may do so now
  // Any other outcome is the Case* that was committed.

  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  virtual ~Waiter() = default;

  // Owner only, and only while none of its cases is armed.
  void reset() { selected_.store(kWaiting, std::memory_order_seq_cst); }

  bool try_select(uintptr_t outcome);
  uintptr_t selected() const { return selected_.load(std::memory_order_seq_cst); }
  // Whether nothing was selected yet.
  bool waits() const {
    const uintptr_t seen = selected();
    return seen == kWaiting || seen == kClaimed;
  }

  // Makes the owner look at selected(). Called after a try_select() that succeeded, with the
  // channel's lock held (which keeps the waiter alive, since its owner needs that lock to disarm).
  // Must neither block nor take a channel's lock.
  virtual void unpark() noexcept = 0;

  // Nothing was selected, but somebody of the other side has gone: who sleeps only for as long as
  // others can wake it may want to look who is left. As for unpark().
  virtual void look_around() noexcept {}

 private:
  friend class RendezvousChannel;

  // Only during RendezvousChannel::arm(), never seen by the owner: it tries to select another
  // waiter and itself in one step.
  static constexpr uintptr_t kClaimed = 3;

  std::atomic<uintptr_t> selected_{kWaiting};
};

// One registration of a waiter on one side of one channel. The owner sets `waiter` and `side`, and
// `parcel` if this is to send through a rendezvous. From Channel::arm() to the end of
// Channel::disarm() everything else belongs to the channel and is guarded by its lock.
struct Case {
  Waiter* waiter = nullptr;
  Side side = Side::kSender;
  Parcel parcel;      // rendezvous: what is offered, or what was received
  size_t weight = 0;  // of the message that is to be sent, where that matters
  Case* prev = nullptr;
  Case* next = nullptr;
  bool linked = false;
};

// A thread that blocks. Owned by one isolate's binding; one thread at a time parks on it.
class ThreadWaiter final : public Waiter {
 public:
  // Spins if that has paid lately, then sleeps, until selected. When the time is out or the waiter
  // is interrupted it selects kAborted, unless something was selected first. Returns the outcome.
  uintptr_t park_until(Deadline deadline);

  // The same without spinning.
  uintptr_t sleep_until(Deadline deadline);

  // Spins until `ready()`, without being selected; gives up early when interrupted. Returns whether
  // it is ready.
  template <class Ready>
  bool spin_until(Ready&& ready, Deadline deadline) {
    spin_.until([&] { return ready() || interrupted(); }, deadline);
    return ready();
  }

  // See Spin.
  template <class More>
  void let_gather(More&& more) {
    spin_.let_gather(std::forward<More>(more));
  }

  // Any thread. The current park and all later ones end at once, until clear_interrupt().
  void interrupt();
  bool interrupted() const { return interrupted_.load(std::memory_order_seq_cst); }
  void clear_interrupt() { interrupted_.store(false, std::memory_order_seq_cst); }

  void unpark() noexcept override { parker_.unpark(); }

 private:
  std::atomic<bool> interrupted_{false};
  Parker parker_;
  Spin spin_;
};

}  // namespace isolane

#include "buffered.h"

#include <new>
#include <utility>

namespace isolane {

BufferedChannel::BufferedChannel(size_t capacity, std::string name)
    : Channel(capacity, std::move(name)), ring_(capacity) {}

BufferedChannel* BufferedChannel::create(size_t capacity, std::string name) {
  auto* const channel = new (std::nothrow) BufferedChannel(capacity, std::move(name));
  if (channel != nullptr && !channel->ring_.allocated()) {
    delete channel;
    return nullptr;
  }
  return channel;
}

Status BufferedChannel::try_send(Parcel& parcel) {
  const Status status = ring_.try_push(parcel);
  if (status == Status::kClosed) return closed_status();
  if (status == Status::kDone && waiting(Side::kReceiver).any()) wake(Side::kReceiver);
  return status;
}

Status BufferedChannel::try_receive(Parcel& parcel) {
  const Status status = ring_.try_pop(parcel);
  if (status == Status::kClosed) return closed_status();
  if (status == Status::kDone && waiting(Side::kSender).any()) wake(Side::kSender);
  return status;
}

Status BufferedChannel::send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  for (;;) {
    if (!likely(Side::kSender)) {
      const Status waited = wait(Side::kSender, waiter, deadline);
      if (waited != Status::kDone) return waited;
    }
    const Status status = try_send(parcel);
    if (status != Status::kWouldBlock) return status;
  }
}

Status BufferedChannel::receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  for (;;) {
    if (!likely(Side::kReceiver)) {
      const Status waited = wait(Side::kReceiver, waiter, deadline);
      if (waited != Status::kDone) return waited;
    }
    const Status status = try_receive(parcel);
    if (status != Status::kWouldBlock) return status;
  }
}

Status BufferedChannel::wait(Side side, ThreadWaiter& waiter, Deadline deadline) {
  // Spin on the ring itself, unregistered: who spins need not be woken, so the other side keeps to
  // its fast path.
  if (waiter.spin_until([this, side] { return likely(side) || closed(); }, deadline)) {
    return Status::kDone;
  }

  Case own;
  own.waiter = &waiter;
  own.side = side;
  waiter.reset();
  const Status status = arm(own);
  if (status != Status::kWouldBlock) return status;
  const uintptr_t outcome = waiter.sleep_until(deadline);
  disarm(own);
  if (waiter.interrupted()) {
    // Who woke this waiter counts on somebody going on.
    if (outcome == Waiter::kRetry) pass_on(side);
    return Status::kInterrupted;
  }
  return outcome == Waiter::kAborted ? Status::kTimedOut : Status::kDone;
}

Status BufferedChannel::arm(Case& own) {
  const auto locked = lock();
  WaitList& list = waiting(own.side);
  // Registered first, looked at the ring second: a message that comes in between finds somebody
  // to wake (see Ring).
  list.link(own);
  const bool ready = can_go_on(own.side);
  if (!ready && !closed()) return Status::kWouldBlock;

  list.unlink(own);
  if (!own.waiter->try_select(Waiter::kRetry)) return Status::kWouldBlock;
  return ready ? Status::kDone : closed_status();
}

bool BufferedChannel::can_go_on(Side side) const {
  return side == Side::kSender ? !ring_.closed() && !ring_.full() : !ring_.empty();
}

void BufferedChannel::discard() {
  Parcel dropped;
  while (ring_.try_pop(dropped) == Status::kDone) {
  }
}

}  // namespace isolane

#include "rendezvous.h"

#include <utility>

#include "backoff.h"

namespace isolane {
namespace {

uintptr_t committed(const Case& chosen) { return reinterpret_cast<uintptr_t>(&chosen); }

}  // namespace

Status RendezvousChannel::try_send(Parcel& parcel) {
  if (closed()) return closed_status();
  if (!waiting(Side::kReceiver).any()) return Status::kWouldBlock;
  const auto locked = lock();
  Case* const receiver = take_waiting(Side::kReceiver);
  if (receiver == nullptr) return closed() ? closed_status() : Status::kWouldBlock;
  receiver->parcel = std::move(parcel);
  receiver->waiter->unpark();
  return Status::kDone;
}

Status RendezvousChannel::try_receive(Parcel& parcel) {
  parcel.reset();  // without the lock: what it held may be long to free
  if (closed()) return closed_status();
  if (!waiting(Side::kSender).any()) return Status::kWouldBlock;
  const auto locked = lock();
  Case* const sender = take_waiting(Side::kSender);
  if (sender == nullptr) return closed() ? closed_status() : Status::kWouldBlock;
  parcel = std::move(sender->parcel);
  sender->waiter->unpark();
  return Status::kDone;
}

Case* RendezvousChannel::take_waiting(Side side) {
  if (closed()) return nullptr;
  WaitList& list = waiting(side);
  while (Case* const first = list.first()) {
    list.unlink(*first);
    if (first->waiter->try_select(committed(*first))) return first;
  }
  return nullptr;
}

Status RendezvousChannel::send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  Case own;
  own.side = Side::kSender;
  own.parcel = std::move(parcel);
  const Status status = meet(own, waiter, deadline);
  if (status != Status::kDone) parcel = std::move(own.parcel);
  return status;
}

Status RendezvousChannel::receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  parcel.reset();
  Case own;
  own.side = Side::kReceiver;
  const Status status = meet(own, waiter, deadline);
  if (status == Status::kDone) parcel = std::move(own.parcel);
  return status;
}

Status RendezvousChannel::meet(Case& own, ThreadWaiter& waiter, Deadline deadline) {
  own.waiter = &waiter;
  for (;;) {
    waiter.reset();
    const Status status = arm(own);
    if (status != Status::kWouldBlock) return status;
    const uintptr_t outcome = waiter.park_until(deadline);
    disarm(own);
    if (outcome == committed(own)) return Status::kDone;
    if (outcome == Waiter::kAborted) {
      return waiter.interrupted() ? Status::kInterrupted : Status::kTimedOut;
    }
    // The channel has closed; arm() tells how.
  }
}

Status RendezvousChannel::arm(Case& own) {
  if (own.side == Side::kReceiver) own.parcel.reset();
  const auto locked = lock();
  if (closed()) {
    return own.waiter->try_select(Waiter::kRetry) ? closed_status() : Status::kWouldBlock;
  }

  WaitList& peers = waiting(opposite(own.side));
  for (Case* next = peers.first(); next != nullptr;) {
    Case& peer = *next;
    next = peer.next;
    if (peer.waiter == own.waiter) continue;
    const Match result = match(own, peer);
    if (result == Match::kSelfTaken) return Status::kWouldBlock;
    peers.unlink(peer);
    if (result == Match::kPeerTaken) continue;
    Case& sender = own.side == Side::kSender ? own : peer;
    Case& receiver = own.side == Side::kSender ? peer : own;
    receiver.parcel = std::move(sender.parcel);
    peer.waiter->unpark();
    return Status::kDone;
  }

  waiting(own.side).link(own);
  return Status::kWouldBlock;
}

// Both sides may wait in other channels too, and be selected there at any moment. The protocol is
// that of Reppy, Russo and Xiao, "Parallel Concurrent ML" (2009): claim oneself, select the other,
// and go back if that fails. Whoever meets a claimed waiter waits until it is decided; a claimer
// that meets another gives up its own claim first, so they cannot wait for each other.
RendezvousChannel::Match RendezvousChannel::match(Case& own, Case& peer) {
  std::atomic<uintptr_t>& self = own.waiter->selected_;
  Backoff backoff;
  for (;;) {
    if (!own.waiter->try_select(Waiter::kClaimed)) return Match::kSelfTaken;
    uintptr_t seen = Waiter::kWaiting;
    if (peer.waiter->selected_.compare_exchange_strong(seen, committed(peer),
                                                       std::memory_order_seq_cst)) {
      self.store(committed(own), std::memory_order_seq_cst);
      return Match::kCommitted;
    }
    self.store(Waiter::kWaiting, std::memory_order_seq_cst);
    if (seen != Waiter::kClaimed) return Match::kPeerTaken;
    backoff.wait();
  }
}

}  // namespace isolane

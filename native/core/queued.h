#pragma once

#include <utility>

#include "channel.h"

namespace isolane {

// A channel around a queue, with two lists of those who found it full or empty: what all flavours
// but the rendezvous have in common.
//
// A Queue has, for any thread and without waiting for the other side:
//   - Status try_push(Parcel&): kDone (and has the parcel), kWouldBlock (full) or kClosed
//   - Status try_pop(Parcel&): kDone, kWouldBlock (empty) or kClosed (and empty)
//   - bool close(): no push succeeds after it; bool closed()
//   - size_t size()
//   - bool empty(), bool has_room(size_t weight): exact at one moment during the call
//   - bool likely_pushable(size_t weight), bool likely_poppable(): hints, for spinning
//   - Status push_beyond(Parcel&): try_push() into a place to spare, without regard to weight
//   - bool is_too_heavy(): whether something is to go then
//   - kWeighs: whether room depends on the weight of messages
//   - if it likes, try_push_words() and try_pop_words(), as Ring has them
// and its pushes and pops are seq_cst with respect to empty() and has_room(), as Ring has it, so
// that nobody misses a wake-up.
template <class Queue>
class QueuedChannel : public Channel {
 public:
  // `arguments` are the queue's.
  template <class... Arguments>
  explicit QueuedChannel(ChannelOptions options, Arguments&&... arguments)
      : Channel(std::move(options)), queue_(std::forward<Arguments>(arguments)...) {}

  // What is still to be dropped does not count.
  size_t size() const override { return poisoned() ? 0 : queue_.size(); }
  Status try_send(Parcel& parcel) override;
  Status try_receive(Parcel& parcel) override;
  size_t try_send_words(uint8_t tag, std::span<const uint64_t> words, Status* status) override;
  size_t try_receive_words(uint8_t tag, std::span<uint64_t> words, Status* status) override;
  Status send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status arm(Case& own) override;
  void keep_distance(Side side, ThreadWaiter& waiter) override {
    if (!is_far(side)) let_gather(side, waiter);
  }

  const Queue& queue() const { return queue_; }

 protected:
  void seal() override { queue_.close(); }
  void discard(Loss loss) override;
  bool can_go_on(Side side, size_t weight) const override {
    return side == Side::kSender ? !queue_.closed() && queue_.has_room(weight) : !queue_.empty();
  }
  void wake(Side side) override;
  void make_way(Side side) override {
    // Others may have been kept back by nothing but its turn.
    if (Queue::kWeighs && side == Side::kSender && waiting(side).any()) wake(side);
  }

  // What try_receive() comes to when a pop came to that.
  Status received(Status status, Parcel& parcel);

  Queue queue_;

 private:
  // Asked before anything else by who may wait: to try and fail reads the position that the other
  // side writes, and would slow it down by a cache miss a message.
  bool likely(Side side, size_t weight) const {
    return side == Side::kSender ? queue_.likely_pushable(weight) : queue_.likely_poppable();
  }

  // A distance of a few cache lines, and from what capacity on it is worth having.
  static constexpr size_t kGathered = 16;
  static constexpr size_t kGatherFrom = 64;

  // Whether the other side has got ahead by that much; true where there is no such distance.
  bool is_far(Side side) const {
    if constexpr (requires { queue_.likely_free(0); }) {
      if (capacity() < kGatherFrom) return true;
      return side == Side::kSender ? queue_.likely_free(kGathered) : queue_.likely_held(kGathered);
    } else {
      return true;
    }
  }
  void let_gather(Side side, ThreadWaiter& waiter) {
    waiter.let_gather([&] { return is_far(side); });
  }

  // Waits until it is worth trying again (kDone), or tells why not.
  Status wait(Side side, size_t weight, ThreadWaiter& waiter, Deadline deadline);
};

template <class Queue>
Status QueuedChannel<Queue>::try_send(Parcel& parcel) {
  const Status status = queue_.try_push(parcel);
  if (status == Status::kClosed) return closed_status();
  if (status == Status::kDone && waiting(Side::kReceiver).any()) wake(Side::kReceiver);
  // What came out may have been heavy enough for several to take its place; and one that found no
  // room may have kept another from seeing that there was some for that.
  if (Queue::kWeighs && waiting(Side::kSender).any()) wake(Side::kSender);
  return status;
}

template <class Queue>
Status QueuedChannel<Queue>::try_receive(Parcel& parcel) {
  return received(queue_.try_pop(parcel), parcel);
}

template <class Queue>
Status QueuedChannel<Queue>::received(Status status, Parcel& parcel) {
  if (status == Status::kClosed) return closed_status();
  if (status != Status::kDone) return status;
  if (poisoned()) {
    // What was queued is dropped, be it by who poisoned the channel, who has not come to it yet.
    lose(std::move(parcel), Loss::kPoisoned);
    return Status::kPoisoned;
  }
  if (waiting(Side::kSender).any()) wake(Side::kSender);
  return status;
}

template <class Queue>
size_t QueuedChannel<Queue>::try_send_words(uint8_t tag, std::span<const uint64_t> words,
                                            Status* status) {
  if constexpr (requires { &Queue::try_push_words; }) {
    const size_t sent = queue_.try_push_words(tag, words, status);
    if (*status == Status::kClosed) *status = closed_status();
    wake_many(Side::kReceiver, sent);
    return sent;
  } else {
    return Channel::try_send_words(tag, words, status);
  }
}

template <class Queue>
size_t QueuedChannel<Queue>::try_receive_words(uint8_t tag, std::span<uint64_t> words,
                                               Status* status) {
  if constexpr (requires { &Queue::try_push_words; }) {
    const size_t taken = queue_.try_pop_words(tag, words, status);
    if (*status == Status::kClosed) *status = closed_status();
    if (taken == 0) return 0;
    if (!poisoned()) {
      wake_many(Side::kSender, taken);
      return taken;
    }
    // As in try_receive().
    for (size_t i = 0; i < taken; ++i) {
      Parcel dropped;
      dropped.set_word(tag, words[i]);
      lose(std::move(dropped), Loss::kPoisoned);
    }
    *status = Status::kPoisoned;
    return 0;
  } else {
    return Channel::try_receive_words(tag, words, status);
  }
}

template <class Queue>
Status QueuedChannel<Queue>::send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  const size_t weight = Queue::kWeighs ? parcel.weight() : 0;
  for (;;) {
    if (!likely(Side::kSender, weight)) {
      const Status waited = wait(Side::kSender, weight, waiter, deadline);
      if (waited != Status::kDone) return waited;
    }
    const Status status = try_send(parcel);
    if (status != Status::kWouldBlock) return status;
  }
}

template <class Queue>
Status QueuedChannel<Queue>::receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) {
  for (;;) {
    if (!likely(Side::kReceiver, 0)) {
      const Status waited = wait(Side::kReceiver, 0, waiter, deadline);
      if (waited != Status::kDone) return waited;
    }
    const Status status = try_receive(parcel);
    if (status != Status::kWouldBlock) return status;
  }
}

template <class Queue>
Status QueuedChannel<Queue>::wait(Side side, size_t weight, ThreadWaiter& waiter,
                                  Deadline deadline) {
  // Spin on the queue itself, unregistered: who spins need not be woken, so the other side keeps to
  // its fast path.
  const auto worth_trying = [&] { return likely(side, weight) || closed(); };
  if (waiter.spin_until(worth_trying, deadline)) {
    keep_distance(side, waiter);
    return Status::kDone;
  }

  Case own;
  own.waiter = &waiter;
  own.side = side;
  own.weight = weight;
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

template <class Queue>
Status QueuedChannel<Queue>::arm(Case& own) {
  const auto locked = lock();
  WaitList& list = waiting(own.side);
  // Registered first, looked at the queue second: a message that comes in between finds somebody
  // to wake (see Ring).
  list.link(own);
  const bool ready = can_go_on(own.side, own.weight);
  if (!ready && !closed()) return Status::kWouldBlock;

  list.unlink(own);
  if (!own.waiter->try_select(Waiter::kRetry)) return Status::kWouldBlock;
  return ready ? Status::kDone : closed_status();
}

template <class Queue>
void QueuedChannel<Queue>::wake(Side side) {
  const auto locked = lock();
  WaitList& list = waiting(side);
  if (Queue::kWeighs && side == Side::kSender) {
    // Nobody overtakes the first, however heavy: or it would wait for ever.
    list.drop_selected();
    if (list.first() == nullptr || !queue_.has_room(list.first()->weight)) return;
  }
  list.wake_one();
}

template <class Queue>
void QueuedChannel<Queue>::discard(Loss loss) {
  Parcel dropped;
  while (queue_.try_pop(dropped) == Status::kDone) lose(std::move(dropped), loss);
}

}  // namespace isolane

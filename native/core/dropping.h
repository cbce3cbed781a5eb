#pragma once

#include <utility>

#include "queued.h"

namespace isolane {

// What the flavours whose senders never wait have in common. They differ in try_send(): in what
// they drop when the queue is full.
template <class Queue>
class DroppingChannel : public QueuedChannel<Queue> {
  using Base = QueuedChannel<Queue>;

 public:
  template <class... Arguments>
  explicit DroppingChannel(ChannelOptions options, Arguments&&... arguments)
      : Base(std::move(options), std::forward<Arguments>(arguments)...) {}

  Status try_send(Parcel& parcel) override = 0;

  // One at a time: each may displace another, or be dropped.
  size_t try_send_words(uint8_t tag, std::span<const uint64_t> words, Status* status) override {
    return Channel::try_send_words(tag, words, status);
  }

  Status send(Parcel& parcel, ThreadWaiter&, Deadline) override { return try_send(parcel); }

  void keep_distance(Side side, ThreadWaiter& waiter) override {
    if (side == Side::kReceiver) Base::keep_distance(side, waiter);
  }

 protected:
  bool can_go_on(Side side, size_t weight) const override {
    return side == Side::kSender ? !this->queue_.closed() : Base::can_go_on(side, weight);
  }
};

}  // namespace isolane

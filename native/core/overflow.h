#pragma once

#include <utility>

#include "queued.h"

namespace isolane {

// The flavours whose senders never wait: when the queue is full, something is dropped.
template <class Queue>
class OverflowChannel final : public QueuedChannel<Queue> {
  using Base = QueuedChannel<Queue>;

 public:
  template <class... Arguments>
  explicit OverflowChannel(ChannelOptions options, Arguments&&... arguments)
      : Base(options, std::forward<Arguments>(arguments)...), overflow_(options.overflow) {}

  Status try_send(Parcel& parcel) override {
    for (;;) {
      const Status status = Base::try_send(parcel);
      if (status != Status::kWouldBlock) return status;
      if (overflow_ == Overflow::kDropNewest) {
        this->lose(std::move(parcel), Loss::kOverflow);
        return Status::kDone;
      }
      // Receivers may be quicker and take the oldest themselves; then there is room, too.
      Parcel oldest;
      if (this->queue_.try_pop(oldest) == Status::kDone) {
        this->lose(std::move(oldest), Loss::kOverflow);
      }
    }
  }

  Status send(Parcel& parcel, ThreadWaiter&, Deadline) override { return try_send(parcel); }

 protected:
  bool can_go_on(Side side, size_t weight) const override {
    return side == Side::kSender ? !this->queue_.closed() : Base::can_go_on(side, weight);
  }

 private:
  const Overflow overflow_;
};

}  // namespace isolane

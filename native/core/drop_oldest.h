#pragma once

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "brief_mutex.h"
#include "dropping.h"

namespace isolane {

// A flavour whose senders never wait: when the queue is full, what has been in it for longest is
// dropped.
//
// First the new message goes in, for which the queue has one place more than its capacity, and then
// the oldest goes out: nobody ever finds it emptier than it is, and a message that is refused since
// the channel has been closed has not displaced another. One sender at a time, so that one place is
// enough; and no receiver meanwhile, who could take the oldest between the sender's look and its
// pop: then it would drop what there is room for.
template <class Queue>
class DropOldestChannel final : public DroppingChannel<Queue> {
  using Base = DroppingChannel<Queue>;

 public:
  using Base::Base;

  size_t size() const override { return std::min(Base::size(), this->capacity()); }

  Status try_send(Parcel& parcel) override {
    // Outlives the lock: messages may hold endpoints of this channel.
    std::vector<Parcel> dropped;
    {
      const std::lock_guard lock(queue_lock_);
      if (this->queue_.push_beyond(parcel) != Status::kDone) return this->closed_status();
      while (this->queue_.size() > this->capacity() || this->queue_.is_too_heavy()) {
        // Whoever poisons the channel may be quicker.
        Parcel oldest;
        if (this->queue_.try_pop(oldest) == Status::kDone) dropped.push_back(std::move(oldest));
      }
    }
    if (this->waiting(Side::kReceiver).any()) this->wake(Side::kReceiver);
    for (Parcel& oldest : dropped) this->lose(std::move(oldest), Loss::kOverflow);
    return Status::kDone;
  }

  Status try_receive(Parcel& parcel) override {
    // Not under the lock: it may hold anything.
    parcel.reset();
    return this->received(pop(parcel), parcel);
  }

  // One at a time, as they are sent.
  size_t try_receive_words(uint8_t tag, std::span<uint64_t> words, Status* status) override {
    return Channel::try_receive_words(tag, words, status);
  }

 private:
  Status pop(Parcel& parcel) {
    const std::lock_guard lock(queue_lock_);
    return this->queue_.try_pop(parcel);
  }

  BriefMutex queue_lock_;
};

}  // namespace isolane

#pragma once

#include <utility>

#include "dropping.h"

namespace isolane {

// A flavour whose senders never wait: a message that finds the queue full is dropped.
template <class Queue>
class DropNewestChannel final : public DroppingChannel<Queue> {
 public:
  using DroppingChannel<Queue>::DroppingChannel;

  Status try_send(Parcel& parcel) override {
    const Status status = QueuedChannel<Queue>::try_send(parcel);
    if (status != Status::kWouldBlock) return status;
    this->lose(std::move(parcel), Loss::kOverflow);
    return Status::kDone;
  }
};

}  // namespace isolane

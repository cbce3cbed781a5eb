#pragma once

#include <string>

#include "channel.h"
#include "ring.h"

namespace isolane {

// The flavour with room for messages: a ring, and two lists of those who found it full or empty.
class BufferedChannel final : public Channel {
 public:
  // nullptr if there is not enough memory.
  static BufferedChannel* create(size_t capacity, std::string name);

  size_t size() const override { return ring_.size(); }
  Status try_send(Parcel& parcel) override;
  Status try_receive(Parcel& parcel) override;
  Status send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status arm(Case& own) override;

 protected:
  void seal() override { ring_.close(); }
  void discard() override;
  bool can_go_on(Side side) const override;

 private:
  BufferedChannel(size_t capacity, std::string name);

  // Asked before anything else by who may wait: to try and fail reads the position that the other
  // side writes, and would slow it down by a cache miss a message.
  bool likely(Side side) const {
    return side == Side::kSender ? ring_.likely_pushable() : ring_.likely_poppable();
  }

  // Waits until it is worth trying again (kDone), or tells why not.
  Status wait(Side side, ThreadWaiter& waiter, Deadline deadline);

  Ring ring_;
};

}  // namespace isolane

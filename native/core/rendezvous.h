#pragma once

#include <utility>

#include "channel.h"

namespace isolane {

// The flavour without room: a message goes straight from a sender's case into a receiver's, when
// both are there. Pairs are committed under the channel's lock.
class RendezvousChannel final : public Channel {
 public:
  explicit RendezvousChannel(ChannelOptions options) : Channel(std::move(options)) {}

  size_t size() const override { return 0; }
  Status try_send(Parcel& parcel) override;
  Status try_receive(Parcel& parcel) override;
  Status send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) override;
  Status arm(Case& own) override;

 protected:
  void seal() override {}
  void discard(Loss) override {}
  // Nobody is ever woken to try again but by closing, which wakes all.
  bool can_go_on(Side, size_t) const override { return false; }

 private:
  enum class Match : uint8_t { kCommitted, kPeerTaken, kSelfTaken };

  // Selects both waiters, or neither.
  static Match match(Case& own, Case& peer);
  // Selects the first waiter of that side that still waits, and unlinks its case; nullptr if there
  // is none. The caller moves the message and then unparks.
  Case* take_waiting(Side side);
  // Waits until `own` is committed (kDone), or tells why not.
  Status meet(Case& own, ThreadWaiter& waiter, Deadline deadline);
};

}  // namespace isolane

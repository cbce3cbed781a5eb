#pragma once

#include <atomic>
#include <utility>

#include "channel.h"
#include "ref.h"
#include "status.h"

namespace isolane {

// One counted handle on one side of a channel. When the last sender goes, the channel closes:
// receivers drain what is queued and then end. When the last receiver goes, senders get kClosed at
// once and what is queued is dropped.
//
// One endpoint belongs to one thread at a time; endpoints of the same channel are independent. Only
// close() may also come from another thread meanwhile.
class Endpoint {
 public:
  // The first sender and the first receiver of a channel.
  static std::pair<Endpoint, Endpoint> pair(Ref<Channel> channel);

  // The first receiver of a channel that has no senders.
  static Endpoint receiver_of(Ref<Channel> channel) {
    return Endpoint(std::move(channel), Side::kReceiver);
  }

  // Not open, and of no channel.
  Endpoint() = default;
  Endpoint(Endpoint&& other) noexcept;
  Endpoint& operator=(Endpoint&& other) noexcept;
  ~Endpoint() { close(); }

  // One more handle on the same side; not open if this one is not.
  Endpoint clone() const;

  // A second call does nothing.
  void close();
  bool open() const { return open_.load(std::memory_order_relaxed); }

  // Stays valid after close(). nullptr for an endpoint that was moved from.
  Channel* channel() const { return channel_.get(); }
  Side side() const { return side_; }

 private:
  Endpoint(Ref<Channel> channel, Side side);

  Ref<Channel> channel_;
  Side side_ = Side::kSender;
  std::atomic<bool> open_{false};
};

}  // namespace isolane

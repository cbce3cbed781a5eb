#include "endpoint.h"

namespace isolane {

std::pair<Endpoint, Endpoint> Endpoint::pair(Ref<Channel> channel) {
  Endpoint sender(channel, Side::kSender);
  return {std::move(sender), Endpoint(std::move(channel), Side::kReceiver)};
}

Endpoint::Endpoint(Ref<Channel> channel, Side side)
    : channel_(std::move(channel)), side_(side), open_(true) {
  channel_->add_handle(side_);
}

Endpoint::Endpoint(Endpoint&& other) noexcept
    : channel_(std::move(other.channel_)),
      side_(other.side_),
      open_(other.open_.exchange(false, std::memory_order_relaxed)) {}

Endpoint& Endpoint::operator=(Endpoint&& other) noexcept {
  if (this != &other) {
    close();
    channel_ = std::move(other.channel_);
    side_ = other.side_;
    open_.store(other.open_.exchange(false, std::memory_order_relaxed), std::memory_order_relaxed);
  }
  return *this;
}

Endpoint Endpoint::clone() const {
  if (open()) return Endpoint(channel_, side_);
  Endpoint closed;
  closed.channel_ = channel_;
  closed.side_ = side_;
  return closed;
}

void Endpoint::close() {
  if (open_.exchange(false, std::memory_order_relaxed)) channel_->drop_handle(side_);
}

}  // namespace isolane

#pragma once

#include <cstdint>

namespace isolane {

// How an operation on a channel ended. Whatever is not kDone has not happened: a parcel that was to
// be sent is still the caller's.
enum class Status : uint8_t {
  kDone = 0,
  kWouldBlock = 1,  // only from operations that never wait, and from Channel::arm
  kClosed = 2,      // for a receiver: closed and drained
  kPoisoned = 3,
  kTimedOut = 4,     // only from operations that wait
  kInterrupted = 5,  // only from operations that wait
};

enum class Side : uint8_t { kSender = 0, kReceiver = 1 };

constexpr Side opposite(Side side) {
  return side == Side::kSender ? Side::kReceiver : Side::kSender;
}

}  // namespace isolane

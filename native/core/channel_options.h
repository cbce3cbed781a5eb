#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace isolane {

// What happens to a message that finds the channel full.
enum class Overflow : uint8_t {
  kBlock = 0,       // its sender waits
  kDropNewest = 1,  // it is dropped
  kDropOldest = 2,  // what has waited for longest is dropped, until there is room
};

// Why a message was not delivered.
enum class Loss : uint8_t {
  kOverflow = 0,
  kClosed = 1,  // the last receiver went
  kPoisoned = 2,
  kNone = 3,  // the channel is gone, and nothing more will be lost
};

// Who is told of messages that were accepted and are not delivered: a party, by letters of this
// type, whose id is the channel's, times four, plus the Loss.
struct LossReport {
  uint64_t party;
  uint32_t letter_type;
};

struct ChannelOptions {
  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  // Messages; 0 is a rendezvous.
  size_t capacity = 0;
  Overflow overflow = Overflow::kBlock;
  // What the messages that are queued may weigh (Parcel::weight()); one alone may weigh more.
  size_t max_bytes = kUnbounded;
  std::string name;
  // Whatever the layers above want to find again with the channel.
  uint32_t label = 0;
  std::optional<LossReport> losses;
};

}  // namespace isolane

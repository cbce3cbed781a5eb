// What a fuzzer's bytes stand for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace isolane::fuzz {

// Reads numbers from the front; zeros once there is nothing left.
class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  uint8_t byte() {
    const std::span<const uint8_t> taken = take(1);
    return taken.empty() ? 0 : taken[0];
  }
  // The lower byte comes first.
  uint16_t two_bytes() {
    const uint16_t low = byte();
    return static_cast<uint16_t>(low | byte() << 8);
  }
  // Below `limit`, which is at most 256.
  uint8_t below(unsigned limit) { return static_cast<uint8_t>(byte() % limit); }

  std::span<const uint8_t> take(size_t count) {
    const std::span<const uint8_t> taken = bytes_.first(std::min(count, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  std::span<const uint8_t> rest() { return take(bytes_.size()); }

 private:
  std::span<const uint8_t> bytes_;
};

}  // namespace isolane::fuzz

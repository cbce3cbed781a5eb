// A value that interpreters have in common.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "../core/parcel.h"

namespace isolane {

// Encoded once, and never changed: any number of threads may decode it at the same time. Has no
// attachments that decoding takes away.
class SharedValue {
 public:
  SharedValue(Parcel&& encoded, size_t size)
      : parcel_(std::move(encoded)), size_(size), id_(next_id()) {}

  // Ids count from 1, in the process.
  uint64_t id() const { return id_; }
  const Parcel& parcel() const { return parcel_; }
  // Bytes, with what is attached.
  size_t size() const { return size_; }

 private:
  static uint64_t next_id() {
    static std::atomic<uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  const Parcel parcel_;
  const size_t size_;
  const uint64_t id_;
};

using SharedRef = std::shared_ptr<const SharedValue>;

}  // namespace isolane

#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "parcel.h"
#include "status.h"

namespace isolane {

// A queue that is also full when its messages weigh too much. A message that is too heavy by itself
// goes into an empty one, and so does not wait for ever.
template <class Queue>
class Weighed {
 public:
  static constexpr bool kWeighs = true;

  template <class... Arguments>
  explicit Weighed(size_t most, Arguments&&... arguments)
      : most_(most), queue_(std::forward<Arguments>(arguments)...) {}

  bool allocated() const { return queue_.allocated(); }

  Status try_push(Parcel& parcel) {
    const size_t weight = parcel.weight();
    size_t sum = sum_.load(std::memory_order_relaxed);
    do {
      if (!fits(sum, weight)) return queue_.closed() ? Status::kClosed : Status::kWouldBlock;
    } while (!sum_.compare_exchange_weak(sum, sum + weight, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
    const Status status = queue_.try_push(parcel);
    if (status != Status::kDone) sum_.fetch_sub(weight, std::memory_order_seq_cst);
    return status;
  }

  Status push_beyond(Parcel& parcel) {
    const size_t weight = parcel.weight();
    sum_.fetch_add(weight, std::memory_order_seq_cst);
    const Status status = queue_.push_beyond(parcel);
    if (status != Status::kDone) sum_.fetch_sub(weight, std::memory_order_seq_cst);
    return status;
  }
  bool is_too_heavy() const {
    return sum_.load(std::memory_order_seq_cst) > most_ && queue_.size() > 1;
  }

  Status try_pop(Parcel& parcel) {
    const Status status = queue_.try_pop(parcel);
    // What a message weighs does not change on the way.
    if (status == Status::kDone) sum_.fetch_sub(parcel.weight(), std::memory_order_seq_cst);
    return status;
  }

  bool close() { return queue_.close(); }
  bool closed() const { return queue_.closed(); }
  size_t size() const { return queue_.size(); }
  bool empty() const { return queue_.empty(); }
  bool has_room(size_t weight) const {
    return fits(sum_.load(std::memory_order_seq_cst), weight) && queue_.has_room(weight);
  }
  bool likely_pushable(size_t weight) const {
    return fits(sum_.load(std::memory_order_relaxed), weight) && queue_.likely_pushable(weight);
  }
  bool likely_poppable() const { return queue_.likely_poppable(); }

 private:
  bool fits(size_t sum, size_t weight) const {
    return sum == 0 || (sum <= most_ && weight <= most_ - sum);
  }

  const size_t most_;
  // What is queued weighs, and what is about to be: never less than what has been pushed.
  std::atomic<size_t> sum_{0};
  Queue queue_;
};

}  // namespace isolane

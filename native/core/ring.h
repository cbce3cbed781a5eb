#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "backoff.h"
#include "cache_line.h"
#include "parcel.h"
#include "status.h"

namespace isolane {

// One place for one message, as large as a cache line of most cores.
struct alignas(64) Cell {
  // `lap`: empty, and waits for the push of that lap. `lap + 1`: holds the message of that lap.
  std::atomic<uint64_t> stamp;
  Parcel parcel;
};

static_assert(sizeof(Cell) == 64, "a cell is one cache line");
static_assert(std::atomic<uint64_t>::is_always_lock_free);

// A bounded queue for any number of pushing and popping threads, without locks.
//
// The algorithm is Dmitry Vyukov's bounded MPMC queue; laps and the closed bit in the tail are
// those of crossbeam-channel's array flavour, so that any capacity from 1 on works exactly, and
// closing is atomic with respect to pushes.
//
// All methods may be called from any thread. None waits for the other side; but when a thread has
// claimed a cell and not yet written (or emptied) it, the others wait for those few instructions
// rather than report an empty (or full) ring. Empty means that tail and head are equal, full that
// they are one lap apart, and never anything else.
//
// How waiters rely on it (nobody misses a wake-up): a push claims its cell by a seq_cst exchange
// of the tail before the channel loads, seq_cst, whether anybody waits. A receiver announces that
// it waits, seq_cst, before it loads the tail, seq_cst, in empty(). In the single order of these
// four, either the sender sees the waiter or the waiter sees the new tail. The stamp, which is
// stored later, has no part in this and is only released: whoever sees the tail waits for it. The
// same holds for pops, the head and full().
class Ring {
 public:
  // Costs no time per cell: zeroed memory is a valid ring, and large rings get theirs lazily from
  // the system. When there is not enough, allocated() is false and nothing else may be called.
  explicit Ring(size_t capacity);
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  static constexpr bool kWeighs = false;

  bool allocated() const { return cells_ != nullptr; }

  // kDone: the parcel has been moved into the ring. kWouldBlock (full), kClosed: it is untouched.
  Status try_push(Parcel& parcel);

  Status push_beyond(Parcel& parcel) { return try_push(parcel); }
  bool is_too_heavy() const { return false; }

  // kDone: `parcel` holds the message. kWouldBlock: empty. kClosed: closed and empty. Whatever
  // `parcel` held before is freed in any case.
  Status try_pop(Parcel& parcel);

  // No push succeeds after close() has returned. True for the first call.
  bool close();

  bool closed() const { return (tail_.load(std::memory_order_seq_cst) & closed_bit_) != 0; }
  size_t capacity() const { return capacity_; }
  size_t size() const;

  // Exact at one moment during the call; a claimed cell counts as pushed (or popped).
  bool empty() const;
  bool full() const;
  bool has_room(size_t) const { return !full(); }

  // For spinning. A hint: whether the next push or pop finds its cell ready. Reads only what the
  // caller's own side writes and the one cell that it waits for, so that it does not slow down the
  // other side.
  bool likely_pushable(size_t = 0) const;
  bool likely_poppable() const;

 private:
  uint64_t index_of(uint64_t position) const { return position & (closed_bit_ - 1); }
  // The position after the one that has this lap and index.
  uint64_t next(uint64_t lap, uint64_t index) const {
    return index + 1 < capacity_ ? lap + index + 1 : lap + one_lap_;
  }
  uint64_t count(uint64_t head, uint64_t tail) const;

  // A position (head or tail) is, from the lowest bit up: the index of a cell; one bit that is
  // always zero in the head, and in the tail means that the ring is closed; the lap.

  void* const memory_;  // what `cells_` lies in, as allocated
  Cell* const cells_;
  const uint64_t capacity_;
  const uint64_t closed_bit_;
  const uint64_t one_lap_;

  alignas(kCacheLine) std::atomic<uint64_t> head_{0};  // where the next message is popped
  alignas(kCacheLine) std::atomic<uint64_t> tail_{0};  // where the next message is pushed
};

inline Status Ring::try_push(Parcel& parcel) {
  Backoff backoff;
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  for (;;) {
    if ((tail & closed_bit_) != 0) return Status::kClosed;
    const uint64_t index = index_of(tail);
    const uint64_t lap = tail - index;
    Cell& cell = cells_[index];
    const uint64_t stamp = cell.stamp.load(std::memory_order_acquire);

    if (stamp == lap) {
      // The cell is free: claim it.
      if (tail_.compare_exchange_weak(tail, next(lap, index), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
        cell.parcel = std::move(parcel);
        cell.stamp.store(lap + 1, std::memory_order_release);
        return Status::kDone;
      }
    } else if (stamp + one_lap_ == lap + 1) {
      // The cell still holds the message of the lap before: full, unless a pop has claimed it. As
      // the head never falls more than a lap behind, equality also says that the tail is current.
      if (head_.load(std::memory_order_seq_cst) + one_lap_ == tail) return Status::kWouldBlock;
      backoff.wait();
      tail = tail_.load(std::memory_order_relaxed);
    } else {
      // Others have pushed since the tail was loaded.
      tail = tail_.load(std::memory_order_relaxed);
    }
  }
}

inline Status Ring::try_pop(Parcel& parcel) {
  // Before a cell is claimed, because freeing can take long and others may wait for the cell.
  parcel.reset();
  Backoff backoff;
  uint64_t head = head_.load(std::memory_order_relaxed);
  for (;;) {
    const uint64_t index = index_of(head);
    const uint64_t lap = head - index;
    Cell& cell = cells_[index];
    const uint64_t stamp = cell.stamp.load(std::memory_order_acquire);

    if (stamp == lap + 1) {
      // The cell holds a message: claim it.
      if (head_.compare_exchange_weak(head, next(lap, index), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
        parcel = std::move(cell.parcel);
        cell.stamp.store(lap + one_lap_, std::memory_order_release);
        return Status::kDone;
      }
    } else if (stamp == lap) {
      // Nothing has been written here: empty, unless a push has claimed the cell.
      const uint64_t tail = tail_.load(std::memory_order_seq_cst);
      if ((tail & ~closed_bit_) == head) {
        return (tail & closed_bit_) != 0 ? Status::kClosed : Status::kWouldBlock;
      }
      backoff.wait();
      head = head_.load(std::memory_order_relaxed);
    } else {
      // Others have popped since the head was loaded.
      head = head_.load(std::memory_order_relaxed);
    }
  }
}

inline bool Ring::likely_pushable(size_t) const {
  const uint64_t tail = tail_.load(std::memory_order_relaxed) & ~closed_bit_;
  const uint64_t index = index_of(tail);
  return cells_[index].stamp.load(std::memory_order_relaxed) == tail - index;
}

inline bool Ring::likely_poppable() const {
  const uint64_t head = head_.load(std::memory_order_relaxed);
  const uint64_t index = index_of(head);
  return cells_[index].stamp.load(std::memory_order_relaxed) == head - index + 1;
}

}  // namespace isolane

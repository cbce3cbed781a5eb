#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>

#include "always_inline.h"
#include "backoff.h"
#include "cache_line.h"
#include "parcel.h"
#include "status.h"

namespace isolane {

// One place for one message. Four of them share a cache line, because most messages are a word:
// what two cores pass a message for is a quarter of a line then. Of what is more than a word, the
// parcel's header is in the cell, and its words are in a slot beside.
struct Cell {
  // From the lowest bit up: what is here, then the lap. `kFree`: nothing, and waits for the push of
  // that lap. `kInSlot`: the header of the message of that lap, the rest of which is in the slot.
  // Anything else is the tag of the message of that lap, whose word is here.
  static constexpr uint64_t kFree = 0;
  static constexpr uint64_t kInSlot = 63;

  std::atomic<uint64_t> stamp;
  uint64_t word;
};

// In two parts, because few messages need both: half a cache line, and a quarter.
struct Slot {
  uint64_t words[4];
};
struct SlotRest {
  uint64_t words[2];
};

static_assert(sizeof(Cell) == 16, "four cells are one cache line");
static_assert(sizeof(Slot) + sizeof(SlotRest) == Parcel::kInlineCapacity);
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

  bool allocated() const { return memory_ != nullptr; }

  // kDone: the parcel has been moved into the ring. kWouldBlock (full), kClosed: it is untouched.
  Status try_push(Parcel& parcel);

  Status push_beyond(Parcel& parcel) { return try_push(parcel); }
  bool is_too_heavy() const { return false; }

  // kDone: `parcel` holds the message. kWouldBlock: empty. kClosed: closed and empty. Whatever
  // `parcel` held before is freed in any case.
  Status try_pop(Parcel& parcel);

  // Pushes words, each a message with that tag, as one operation: as many as there is room for, up
  // to the end of the ring. Gives how many; none if `status` is not kDone.
  size_t try_push_words(uint8_t tag, std::span<const uint64_t> words, Status* status);

  // Pops messages that are words with that tag, as one operation, up to the first that is none or
  // the end of the ring: as many as there are, and as `words` has room for. Gives how many; none if
  // `status` is not kDone, and none if it is, but the first message is no such word.
  size_t try_pop_words(uint8_t tag, std::span<uint64_t> words, Status* status);

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
  bool likely_pushable(size_t = 0) const { return likely_free(0); }
  bool likely_poppable() const { return likely_held(0); }
  // The same of the one that comes so many later; less than the capacity.
  bool likely_free(uint64_t ahead) const;
  bool likely_held(uint64_t ahead) const;

 private:
  // A position (head or tail) is, from the lowest bit up: the index of a cell; one bit that is
  // always zero in the head, and in the tail means that the ring is closed; the lap.
  uint64_t index_of(uint64_t position) const { return position & (closed_bit_ - 1); }
  uint64_t lap_of(uint64_t position) const { return position - index_of(position); }
  uint64_t after(uint64_t position, uint64_t steps) const {
    const uint64_t index = index_of(position);
    return index + steps < capacity_ ? position + steps : position + steps - capacity_ + one_lap_;
  }
  uint64_t count(uint64_t head, uint64_t tail) const;

  // What is in a cell whose stamp that is, as seen in that lap: nothing is kFree, and what is of
  // another lap is more than kInSlot.
  static uint64_t content(uint64_t stamp, uint64_t lap) { return stamp - lap; }
  static bool is_message(uint64_t content) { return content - 1 < Cell::kInSlot; }

  // So many cells from that position on, which lie one after another, belong to the caller, who
  // writes (or empties) them and then stamps each.
  struct Claimed {
    Status status;
    uint64_t position = 0;
    size_t count = 0;
  };
  // Free cells; at least one on kDone.
  Claimed claim_free(size_t most);
  // Cells with messages. `wanted` is asked about the content of each, and ends it by its first no:
  // none on kDone means that this was the first.
  template <class Wanted>
  Claimed claim_messages(size_t most, Wanted&& wanted);

  void* const memory_;  // what the three lie in, as allocated
  Cell* const cells_;
  Slot* const slots_;
  SlotRest* const rests_;
  const uint64_t capacity_;
  const uint64_t closed_bit_;
  const uint64_t one_lap_;

  alignas(kCacheLine) std::atomic<uint64_t> head_{0};  // where the next message is popped
  alignas(kCacheLine) std::atomic<uint64_t> tail_{0};  // where the next message is pushed
};

ISOLANE_ALWAYS_INLINE Ring::Claimed Ring::claim_free(size_t most) {
  Backoff backoff;
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  for (;;) {
    if ((tail & closed_bit_) != 0) return {Status::kClosed};
    const uint64_t index = index_of(tail);
    const uint64_t lap = tail - index;
    const uint64_t stamp = cells_[index].stamp.load(std::memory_order_acquire);

    if (content(stamp, lap) == Cell::kFree) {
      const size_t limit = std::min<size_t>(most, capacity_ - index);
      size_t count = 1;
      while (count < limit && cells_[index + count].stamp.load(std::memory_order_acquire) == lap) {
        ++count;
      }
      if (tail_.compare_exchange_weak(tail, after(tail, count), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
        return {Status::kDone, tail, count};
      }
    } else if (stamp < lap) {
      // The cell still holds the message of the lap before, or that is still to be written: full,
      // unless a pop has claimed it. As the head never falls more than a lap behind, equality also
      // says that the tail is current.
      if (head_.load(std::memory_order_seq_cst) + one_lap_ == tail) return {Status::kWouldBlock};
      backoff.wait();
      tail = tail_.load(std::memory_order_relaxed);
    } else {
      // Others have pushed since the tail was loaded. The stamp of theirs that was seen brings the
      // tail that they had moved before along, so that this does not come again without progress.
      tail = tail_.load(std::memory_order_relaxed);
    }
  }
}

template <class Wanted>
ISOLANE_ALWAYS_INLINE Ring::Claimed Ring::claim_messages(size_t most, Wanted&& wanted) {
  Backoff backoff;
  uint64_t head = head_.load(std::memory_order_relaxed);
  for (;;) {
    const uint64_t index = index_of(head);
    const uint64_t lap = head - index;
    const uint64_t stamp = cells_[index].stamp.load(std::memory_order_acquire);
    const uint64_t found = content(stamp, lap);

    if (is_message(found)) {
      if (!wanted(found)) return {Status::kDone};
      const size_t limit = std::min<size_t>(most, capacity_ - index);
      size_t count = 1;
      while (count < limit) {
        const uint64_t more =
            content(cells_[index + count].stamp.load(std::memory_order_acquire), lap);
        if (!is_message(more) || !wanted(more)) break;
        ++count;
      }
      if (head_.compare_exchange_weak(head, after(head, count), std::memory_order_seq_cst,
                                      std::memory_order_relaxed)) {
        return {Status::kDone, head, count};
      }
    } else if (stamp <= lap) {
      // No message of this lap has been written here, be it that the one of the lap before is still
      // to be taken out: empty, unless a push has claimed the cell.
      const uint64_t tail = tail_.load(std::memory_order_seq_cst);
      if ((tail & ~closed_bit_) == head) {
        return {(tail & closed_bit_) != 0 ? Status::kClosed : Status::kWouldBlock};
      }
      backoff.wait();
      head = head_.load(std::memory_order_relaxed);
    } else {
      // Others have popped since the head was loaded, which is newer now, as above.
      head = head_.load(std::memory_order_relaxed);
    }
  }
}

inline Status Ring::try_push(Parcel& parcel) {
  const Claimed claimed = claim_free(1);
  if (claimed.status != Status::kDone) return claimed.status;
  const uint64_t index = index_of(claimed.position);
  Cell& cell = cells_[index];
  uint64_t content = Cell::kInSlot;
  if (parcel.is_word() && parcel.tag() < Cell::kInSlot) {
    content = parcel.tag();
    cell.word = parcel.word();
    parcel.reset();
  } else {
    // Always all of it: a length that varies would take a call.
    std::memcpy(slots_[index].words, parcel.words(), sizeof(Slot));
    if (parcel.inline_length() > sizeof(Slot)) {
      std::memcpy(rests_[index].words, parcel.words() + std::size(Slot{}.words), sizeof(SlotRest));
    }
    cell.word = parcel.release();
  }
  cell.stamp.store(lap_of(claimed.position) + content, std::memory_order_release);
  return Status::kDone;
}

inline Status Ring::try_pop(Parcel& parcel) {
  // Before a cell is claimed, because freeing can take long and others may wait for the cell.
  parcel.reset();
  uint64_t content = Cell::kFree;
  const Claimed claimed = claim_messages(1, [&](uint64_t found) {
    content = found;
    return true;
  });
  if (claimed.status != Status::kDone) return claimed.status;
  const uint64_t index = index_of(claimed.position);
  Cell& cell = cells_[index];
  if (content == Cell::kInSlot) {
    uint64_t* const words = parcel.adopt(cell.word);
    std::memcpy(words, slots_[index].words, sizeof(Slot));
    if (parcel.inline_length() > sizeof(Slot)) {
      std::memcpy(words + std::size(Slot{}.words), rests_[index].words, sizeof(SlotRest));
    }
  } else {
    parcel.set_word(static_cast<uint8_t>(content), cell.word);
  }
  cell.stamp.store(lap_of(claimed.position) + one_lap_, std::memory_order_release);
  return Status::kDone;
}

inline bool Ring::likely_free(uint64_t ahead) const {
  const uint64_t tail = after(tail_.load(std::memory_order_relaxed) & ~closed_bit_, ahead);
  const uint64_t stamp = cells_[index_of(tail)].stamp.load(std::memory_order_relaxed);
  return content(stamp, lap_of(tail)) == Cell::kFree;
}

inline bool Ring::likely_held(uint64_t ahead) const {
  const uint64_t head = after(head_.load(std::memory_order_relaxed), ahead);
  const uint64_t stamp = cells_[index_of(head)].stamp.load(std::memory_order_relaxed);
  return is_message(content(stamp, lap_of(head)));
}

}  // namespace isolane

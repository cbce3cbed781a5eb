#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "cache_line.h"
#include "parcel.h"
#include "status.h"

namespace isolane {

// An unbounded queue for any number of pushing and popping threads, without locks: a list of
// segments with room for 31 messages each. A segment is made when the one before is full, and freed
// when its last message has been taken, by whoever is the last to look at it.
//
// The algorithm is that of crossbeam-channel's list flavour. All methods may be called from any
// thread; what Ring says about waiting and about waiters holds here, too.
class Segments {
 public:
  static constexpr bool kWeighs = false;

  Segments() = default;
  ~Segments();
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  bool allocated() const { return true; }

  // kDone or kClosed.
  Status try_push(Parcel& parcel);
  // As Ring::try_pop().
  Status push_beyond(Parcel& parcel) { return try_push(parcel); }
  bool is_too_heavy() const { return false; }
  Status try_pop(Parcel& parcel);

  bool close();
  bool closed() const { return (tail_.position.load(std::memory_order_seq_cst) & kMark) != 0; }
  size_t size() const;
  bool empty() const;
  bool has_room(size_t) const { return true; }
  bool likely_pushable(size_t) const { return true; }
  bool likely_poppable() const {
    // Not at the message itself: its segment may be freed at any moment.
    return (head_.position.load(std::memory_order_relaxed) ^
            tail_.position.load(std::memory_order_relaxed)) > kMark;
  }

  // Segments of all queues; for tests.
  static int64_t live();

 private:
  // A position counts messages, in steps of kStep; the last of each kLap of them holds none, and
  // means that the next segment is being put in place.
  static constexpr uint64_t kMark = 1;  // in the tail: closed; in the head: not in the last segment
  static constexpr uint64_t kStep = 2;
  static constexpr uint64_t kLap = 32;
  static constexpr uint64_t kRoom = kLap - 1;

  struct Slot {
    static constexpr uint32_t kWritten = 1;
    static constexpr uint32_t kTaken = 2;
    // Whoever takes the message goes on with freeing the segment.
    static constexpr uint32_t kFree = 4;

    Parcel parcel;
    std::atomic<uint32_t> state{0};
  };

  struct Segment {
    Segment();
    ~Segment();
    std::atomic<Segment*> next{nullptr};
    Slot slots[kRoom];
  };

  struct alignas(kCacheLine) End {
    std::atomic<uint64_t> position{0};
    std::atomic<Segment*> segment{nullptr};
  };

  static uint64_t slot_of(uint64_t position) { return position / kStep % kLap; }
  static uint64_t lap_of(uint64_t position) { return position / kStep / kLap; }
  static uint64_t unmarked(uint64_t position) { return position & ~kMark; }

  // Frees a segment whose slots before `from` have been taken, unless somebody still reads one of
  // the others: then that one goes on.
  static void free_from(Segment* segment, uint64_t from);

  End head_;
  End tail_;
};

}  // namespace isolane

#include "segments.h"

#include <utility>

#include "backoff.h"

namespace isolane {
namespace {

std::atomic<int64_t> live_segments{0};

}  // namespace

Segments::Segment::Segment() { live_segments.fetch_add(1, std::memory_order_relaxed); }
Segments::Segment::~Segment() { live_segments.fetch_sub(1, std::memory_order_relaxed); }

int64_t Segments::live() { return live_segments.load(std::memory_order_relaxed); }

Segments::~Segments() {
  Parcel parcel;
  while (try_pop(parcel) == Status::kDone) {
  }
  delete head_.segment.load(std::memory_order_relaxed);
}

Status Segments::try_push(Parcel& parcel) {
  Backoff backoff;
  Segment* spare = nullptr;
  uint64_t tail = tail_.position.load(std::memory_order_acquire);
  Segment* segment = tail_.segment.load(std::memory_order_acquire);
  Status status = Status::kDone;
  for (;;) {
    if ((tail & kMark) != 0) {
      status = Status::kClosed;
      break;
    }
    const uint64_t slot = slot_of(tail);
    if (slot == kRoom) {
      // Another thread puts the next segment in place.
      backoff.wait();
      tail = tail_.position.load(std::memory_order_acquire);
      segment = tail_.segment.load(std::memory_order_acquire);
      continue;
    }
    // Who fills the last slot adds a segment; made before, so that nobody waits for an allocation.
    if (slot + 1 == kRoom && spare == nullptr) spare = new Segment;
    if (segment == nullptr) {
      // The first message of all.
      if (spare == nullptr) spare = new Segment;
      if (tail_.segment.compare_exchange_strong(segment, spare, std::memory_order_release,
                                                std::memory_order_acquire)) {
        head_.segment.store(spare, std::memory_order_release);
        segment = std::exchange(spare, nullptr);
      }
    }

    if (!tail_.position.compare_exchange_weak(tail, tail + kStep, std::memory_order_seq_cst,
                                              std::memory_order_acquire)) {
      segment = tail_.segment.load(std::memory_order_acquire);
      backoff.wait();
      continue;
    }
    if (slot + 1 == kRoom) {
      Segment* const added = std::exchange(spare, nullptr);
      tail_.segment.store(added, std::memory_order_release);
      // Past the position that holds nothing; added, since it may have been closed meanwhile.
      tail_.position.fetch_add(kStep, std::memory_order_seq_cst);
      segment->next.store(added, std::memory_order_release);
    }
    Slot& place = segment->slots[slot];
    place.parcel = std::move(parcel);
    place.state.fetch_or(Slot::kWritten, std::memory_order_release);
    break;
  }
  delete spare;
  return status;
}

Status Segments::try_pop(Parcel& parcel) {
  parcel.reset();
  Backoff backoff;
  uint64_t head = head_.position.load(std::memory_order_acquire);
  Segment* segment = head_.segment.load(std::memory_order_acquire);
  for (;;) {
    const uint64_t slot = slot_of(head);
    if (slot == kRoom) {
      // Another thread moves on to the next segment.
      backoff.wait();
      head = head_.position.load(std::memory_order_acquire);
      segment = head_.segment.load(std::memory_order_acquire);
      continue;
    }
    uint64_t next = head + kStep;
    if ((head & kMark) == 0) {
      const uint64_t tail = tail_.position.load(std::memory_order_seq_cst);
      if (unmarked(head) == unmarked(tail)) {
        return (tail & kMark) != 0 ? Status::kClosed : Status::kWouldBlock;
      }
      // With the tail in another segment nobody need look at it until the end of this one.
      if (lap_of(head) != lap_of(tail)) next |= kMark;
    }
    if (segment == nullptr) {
      // The first message is being pushed.
      backoff.wait();
      head = head_.position.load(std::memory_order_acquire);
      segment = head_.segment.load(std::memory_order_acquire);
      continue;
    }
    if (!head_.position.compare_exchange_weak(head, next, std::memory_order_seq_cst,
                                              std::memory_order_acquire)) {
      segment = head_.segment.load(std::memory_order_acquire);
      backoff.wait();
      continue;
    }

    if (slot + 1 == kRoom) {
      Segment* following;
      Backoff until_added;
      while ((following = segment->next.load(std::memory_order_acquire)) == nullptr) {
        until_added.wait();
      }
      uint64_t position = unmarked(next) + kStep;
      if (following->next.load(std::memory_order_relaxed) != nullptr) position |= kMark;
      head_.segment.store(following, std::memory_order_release);
      head_.position.store(position, std::memory_order_seq_cst);
    }
    Slot& place = segment->slots[slot];
    Backoff until_written;
    while ((place.state.load(std::memory_order_acquire) & Slot::kWritten) == 0) {
      until_written.wait();
    }
    parcel = std::move(place.parcel);
    if (slot + 1 == kRoom) {
      free_from(segment, 0);
    } else if ((place.state.fetch_or(Slot::kTaken, std::memory_order_acq_rel) & Slot::kFree) != 0) {
      free_from(segment, slot + 1);
    }
    return Status::kDone;
  }
}

void Segments::free_from(Segment* segment, uint64_t from) {
  // Not the last slot: its reader is who began this.
  for (uint64_t i = from; i + 1 < kRoom; ++i) {
    std::atomic<uint32_t>& state = segment->slots[i].state;
    if ((state.load(std::memory_order_acquire) & Slot::kTaken) == 0 &&
        (state.fetch_or(Slot::kFree, std::memory_order_acq_rel) & Slot::kTaken) == 0) {
      return;
    }
  }
  delete segment;
}

bool Segments::close() {
  return (tail_.position.fetch_or(kMark, std::memory_order_seq_cst) & kMark) == 0;
}

size_t Segments::size() const {
  for (;;) {
    uint64_t tail = tail_.position.load(std::memory_order_seq_cst);
    uint64_t head = head_.position.load(std::memory_order_seq_cst);
    // The two belong together if the tail has not moved in between.
    if (tail_.position.load(std::memory_order_seq_cst) != tail) continue;
    // Positions that hold nothing count as the first of the segment after.
    const auto messages = [](uint64_t position) {
      const uint64_t slot = slot_of(position);
      return lap_of(position) * kRoom + (slot == kRoom ? kRoom : slot);
    };
    return static_cast<size_t>(messages(tail) - messages(head));
  }
}

bool Segments::empty() const {
  // In this order: as the head never overtakes the tail, equality holds at the second load.
  const uint64_t head = head_.position.load(std::memory_order_seq_cst);
  return unmarked(head) == unmarked(tail_.position.load(std::memory_order_seq_cst));
}

}  // namespace isolane

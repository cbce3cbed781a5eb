#include "ring.h"

#include <bit>
#include <cstdlib>

namespace isolane {
namespace {

void* allocate_zeroed(size_t capacity) {
  // One cell more than needed, to align the first by hand: calloc() has no aligned sibling that is
  // portable and gets its zeroes for free.
  if (capacity >= SIZE_MAX / sizeof(Cell) / 4) return nullptr;
  return std::calloc(capacity + 1, sizeof(Cell));
}

Cell* align(void* memory) {
  constexpr uintptr_t kMask = alignof(Cell) - 1;
  // All-zero bytes are a cell in its first state: the stamp of lap 0, and an empty parcel.
  return reinterpret_cast<Cell*>((reinterpret_cast<uintptr_t>(memory) + kMask) & ~kMask);
}

}  // namespace

Ring::Ring(size_t capacity)
    : memory_(allocate_zeroed(capacity)),
      cells_(align(memory_)),
      capacity_(capacity),
      // Room for indices 0 to capacity, of which the last is never used: laps stay even at least.
      closed_bit_(memory_ == nullptr ? 1 : std::bit_ceil(uint64_t{capacity} + 1)),
      one_lap_(closed_bit_ * 2) {}

Ring::~Ring() {
  if (!allocated()) return;
  // Only cells between head and tail hold anything; the rest of a large ring is not even touched.
  Parcel parcel;
  while (try_pop(parcel) == Status::kDone) {
  }
  std::free(memory_);
}

bool Ring::close() {
  return (tail_.fetch_or(closed_bit_, std::memory_order_seq_cst) & closed_bit_) == 0;
}

uint64_t Ring::count(uint64_t head, uint64_t tail) const {
  const uint64_t from = index_of(head);
  const uint64_t to = index_of(tail);
  if (to > from) return to - from;
  if (to < from) return capacity_ - from + to;
  return tail == head ? 0 : capacity_;
}

size_t Ring::size() const {
  for (;;) {
    const uint64_t tail = tail_.load(std::memory_order_seq_cst);
    const uint64_t head = head_.load(std::memory_order_seq_cst);
    // The two belong together if the tail has not moved in between.
    if (tail_.load(std::memory_order_seq_cst) == tail) {
      return static_cast<size_t>(count(head, tail & ~closed_bit_));
    }
  }
}

bool Ring::empty() const {
  // In this order: as the head never overtakes the tail, equality holds at the second load.
  const uint64_t head = head_.load(std::memory_order_seq_cst);
  return (tail_.load(std::memory_order_seq_cst) & ~closed_bit_) == head;
}

bool Ring::full() const {
  const uint64_t tail = tail_.load(std::memory_order_seq_cst) & ~closed_bit_;
  return head_.load(std::memory_order_seq_cst) + one_lap_ == tail;
}

}  // namespace isolane

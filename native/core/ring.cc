#include "ring.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace isolane {
namespace {

constexpr uintptr_t kLine = 64;

// Room for that many cells, slots and rests, all bytes zero; and for a line more of each, as they
// are aligned by hand: calloc() has no aligned sibling that is portable and gets its zeroes for
// free.
void* allocate(size_t capacity) {
  // Not even asked for, which sanitizers would not let pass.
  if (capacity >= SIZE_MAX / 256) return nullptr;
  return std::calloc(capacity + 3, sizeof(Cell) + sizeof(Slot) + sizeof(SlotRest));
}

// The first line behind so many of those there. Of addresses, which may be of nothing.
template <class T, class Before>
T* line_behind(Before* before, size_t count) {
  const uintptr_t end = reinterpret_cast<uintptr_t>(before) + count * sizeof(Before);
  return reinterpret_cast<T*>((end + kLine - 1) & ~(kLine - 1));
}

}  // namespace

// All-zero bytes are a cell in its first state, free for lap 0.
Ring::Ring(size_t capacity)
    : memory_(allocate(capacity)),
      cells_(line_behind<Cell>(static_cast<char*>(memory_), 0)),
      slots_(line_behind<Slot>(cells_, capacity)),
      rests_(line_behind<SlotRest>(slots_, capacity)),
      capacity_(capacity),
      // Room for indices 0 to capacity, of which the last is never used, and for every content of a
      // cell below the lap.
      closed_bit_(allocated() ? std::bit_ceil(std::max(uint64_t{capacity}, Cell::kInSlot) + 1) : 1),
      one_lap_(closed_bit_ * 2) {}

Ring::~Ring() {
  if (!allocated()) return;
  // Only cells between head and tail hold anything; the rest of a large ring is not even touched.
  Parcel parcel;
  while (try_pop(parcel) == Status::kDone) {
  }
  std::free(memory_);
}

size_t Ring::try_push_words(uint8_t tag, std::span<const uint64_t> words, Status* status) {
  *status = Status::kDone;
  if (words.empty()) return 0;
  const Claimed claimed = claim_free(words.size());
  *status = claimed.status;
  Cell* const cells = cells_ + index_of(claimed.position);
  const uint64_t stamp = lap_of(claimed.position) + tag;
  for (size_t i = 0; i < claimed.count; ++i) {
    cells[i].word = words[i];
    cells[i].stamp.store(stamp, std::memory_order_release);
  }
  return claimed.count;
}

size_t Ring::try_pop_words(uint8_t tag, std::span<uint64_t> words, Status* status) {
  *status = Status::kDone;
  if (words.empty()) return 0;
  const Claimed claimed =
      claim_messages(words.size(), [=](uint64_t content) { return content == tag; });
  *status = claimed.status;
  Cell* const cells = cells_ + index_of(claimed.position);
  const uint64_t stamp = lap_of(claimed.position) + one_lap_;
  for (size_t i = 0; i < claimed.count; ++i) {
    words[i] = cells[i].word;
    cells[i].stamp.store(stamp, std::memory_order_release);
  }
  return claimed.count;
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

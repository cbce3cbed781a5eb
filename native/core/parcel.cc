#include "parcel.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "cache_line.h"

namespace isolane {
namespace {

// Blocks are made on one thread and freed on another, all the time; one counter for all would be
// the most contended line of the process. Each thread counts in a shard of its own (threads beyond
// the number of shards share), and one shard alone may well be negative.
struct alignas(kCacheLine) LiveShard {
  std::atomic<int64_t> count{0};
};

constexpr size_t kShards = 16;
LiveShard live_shards[kShards];
std::atomic<size_t> next_shard{0};

void count_live(int64_t change) {
  thread_local const size_t shard = next_shard.fetch_add(1, std::memory_order_relaxed) % kShards;
  live_shards[shard].count.fetch_add(change, std::memory_order_relaxed);
}

}  // namespace

std::unique_ptr<Block> Block::allocate(size_t size) {
  // malloc(0) may return nullptr, which here means "out of memory".
  auto* const bytes = static_cast<uint8_t*>(std::malloc(size == 0 ? 1 : size));
  if (bytes == nullptr) return nullptr;
  return adopt(bytes, size);
}

std::unique_ptr<Block> Block::adopt(uint8_t* malloced, size_t size) {
  std::unique_ptr<Block> block(new (std::nothrow) Block(malloced, size));
  if (block == nullptr) std::free(malloced);
  return block;
}

int64_t Block::live() {
  int64_t sum = 0;
  for (const LiveShard& shard : live_shards) sum += shard.count.load(std::memory_order_relaxed);
  return sum;
}

Block::Block(uint8_t* malloced, size_t length) : bytes(malloced), size(length) { count_live(1); }

Block::~Block() {
  std::free(bytes);
  count_live(-1);
}

size_t Block::weight() const {
  size_t sum = size;
  for (const auto& attached : attachments) sum += attached->weight();
  return sum;
}

uint8_t* Block::release() {
  uint8_t* const released = bytes;
  bytes = nullptr;
  size = 0;
  return released;
}

void Parcel::free_block() { delete block(); }

}  // namespace isolane

// The memory of array buffers, with a limit.
#pragma once

#include <v8.h>

#include <atomic>
#include <mutex>
#include <unordered_set>

namespace isolane {

// For one interpreter. Buffers that it hands over to others count here no more. Any thread, since
// the collector frees on threads of its own, and buffers may outlive their interpreter.
class CountingAllocator final : public v8::ArrayBuffer::Allocator {
 public:
  explicit CountingAllocator(size_t limit) : limit_(limit) {}

  // Null when the limit would be exceeded: the engine collects garbage then, tries again, and
  // throws a RangeError if that did not help.
  void* Allocate(size_t length) override;
  void* AllocateUninitialized(size_t length) override;
  void Free(void* data, size_t length) override;

  // A buffer was handed over. Whatever was not allocated here is no matter.
  void disown(void* data, size_t length);

  size_t used() const { return used_.load(std::memory_order_relaxed); }

  // The last one that was asked for was too large.
  bool has_refused() const { return has_refused_.load(std::memory_order_relaxed); }

 private:
  bool reserve(size_t length);
  void* own(void* data, size_t length);

  const size_t limit_;
  std::atomic<size_t> used_{0};
  std::atomic<bool> has_refused_{false};
  std::mutex mutex_;
  std::unordered_set<void*> owned_;  // guarded by mutex_
};

// One for all interpreters without a limit, since buffers move between them and outlive them.
v8::ArrayBuffer::Allocator* unlimited_allocator();

}  // namespace isolane

#include "counting_allocator.h"

namespace isolane {

v8::ArrayBuffer::Allocator* unlimited_allocator() {
  static v8::ArrayBuffer::Allocator* const allocator =
      v8::ArrayBuffer::Allocator::NewDefaultAllocator();
  return allocator;
}

bool CountingAllocator::reserve(size_t length) {
  size_t used = used_.load(std::memory_order_relaxed);
  do {
    if (length > limit_ || used > limit_ - length) {
      has_refused_.store(true, std::memory_order_relaxed);
      return false;
    }
  } while (!used_.compare_exchange_weak(used, used + length, std::memory_order_relaxed));
  has_refused_.store(false, std::memory_order_relaxed);
  return true;
}

void* CountingAllocator::Allocate(size_t length) {
  return reserve(length) ? own(unlimited_allocator()->Allocate(length), length) : nullptr;
}

void* CountingAllocator::AllocateUninitialized(size_t length) {
  return reserve(length) ? own(unlimited_allocator()->AllocateUninitialized(length), length)
                         : nullptr;
}

void* CountingAllocator::own(void* data, size_t length) {
  if (data == nullptr) {
    used_.fetch_sub(length, std::memory_order_relaxed);
  } else {
    std::lock_guard<std::mutex> guard(mutex_);
    owned_.insert(data);
  }
  return data;
}

void CountingAllocator::Free(void* data, size_t length) {
  disown(data, length);
  unlimited_allocator()->Free(data, length);
}

void CountingAllocator::disown(void* data, size_t length) {
  std::lock_guard<std::mutex> guard(mutex_);
  if (owned_.erase(data) != 0) used_.fetch_sub(length, std::memory_order_relaxed);
}

}  // namespace isolane

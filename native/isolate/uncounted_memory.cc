#include "uncounted_memory.h"

#include <utility>
#include <vector>

namespace isolane {

void UncountedMemory::add(const std::shared_ptr<v8::BackingStore>& store, size_t counted) {
  std::lock_guard<std::mutex> guard(mutex_);
  Entry& entry = entries_[store.get()];
  // Another one may have been at this address before.
  if (entry.store.expired()) entry = {store, counted};
}

size_t UncountedMemory::bytes() {
  // Whoever holds one last frees it: after the mutex.
  std::vector<std::shared_ptr<v8::BackingStore>> held;
  std::lock_guard<std::mutex> guard(mutex_);
  size_t sum = 0;
  for (auto at = entries_.begin(); at != entries_.end();) {
    std::shared_ptr<v8::BackingStore> store = at->second.store.lock();
    if (store == nullptr) {
      at = entries_.erase(at);
      continue;
    }
    const size_t length = store->ByteLength();
    if (length > at->second.counted) sum += length - at->second.counted;
    held.push_back(std::move(store));
    ++at;
  }
  return sum;
}

bool UncountedMemory::empty() {
  std::lock_guard<std::mutex> guard(mutex_);
  return entries_.empty();
}

}  // namespace isolane

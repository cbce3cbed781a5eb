#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace isolane {

// Process-wide: from an id to a weak reference. Any thread may call anything.
//
// `Weak` has lock(), which returns a counted reference or an empty one. An object may still be
// registered while it is being destroyed; then lock() returns an empty one.
//
// Registries are leaked on purpose: threads may still use them while main returns.
template <class T, class Weak = std::weak_ptr<T>>
class Registry {
 public:
  using Strong = decltype(std::declval<const Weak&>().lock());

  explicit Registry(uint64_t first_id) : next_id_(first_id) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Ids are never reused.
  uint64_t next_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }

  void add(uint64_t id, Weak object) {
    const std::lock_guard lock(mutex_);
    objects_.insert_or_assign(id, std::move(object));
  }

  void remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    objects_.erase(id);
  }

  // Empty if there is none, or no longer.
  Strong find(uint64_t id) const {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(id);
    return found == objects_.end() ? Strong() : found->second.lock();
  }

  // Calls `visit(T&)` for each live object, in the order of their ids and without a lock held, so
  // that it may make, free or look up others.
  template <class Visit>
  void for_each(Visit&& visit) const {
    std::vector<Strong> live;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [id, object] : objects_) {
        if (Strong strong = object.lock()) live.push_back(std::move(strong));
      }
    }
    for (const Strong& object : live) visit(static_cast<T&>(*object));
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return objects_.size();
  }

 private:
  std::atomic<uint64_t> next_id_;
  mutable std::mutex mutex_;
  std::map<uint64_t, Weak> objects_;
};

}  // namespace isolane

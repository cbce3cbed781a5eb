#include "exports.h"

#include <utility>
#include <vector>

namespace isolane {

Exports& Exports::all() {
  static auto* const leaked = new Exports;
  return *leaked;
}

uint64_t Exports::add(Endpoint&& endpoint, uint64_t party) {
  const std::lock_guard lock(mutex_);
  exports_.emplace(++last_, Export{std::move(endpoint), party});
  return last_;
}

bool Exports::claim(uint64_t token, Side side, Endpoint* endpoint) {
  const std::lock_guard lock(mutex_);
  const auto found = exports_.find(token);
  if (found == exports_.end() || found->second.endpoint.side() != side) return false;
  *endpoint = std::move(found->second.endpoint);
  exports_.erase(found);
  return true;
}

void Exports::drop(uint64_t token) {
  Endpoint dropped;
  const std::lock_guard lock(mutex_);
  const auto found = exports_.find(token);
  if (found == exports_.end()) return;
  dropped = std::move(found->second.endpoint);
  exports_.erase(found);
}

void Exports::drop_all(uint64_t party) {
  std::vector<Endpoint> dropped;
  const std::lock_guard lock(mutex_);
  for (auto each = exports_.begin(); each != exports_.end();) {
    if (each->second.party != party) {
      ++each;
      continue;
    }
    dropped.push_back(std::move(each->second.endpoint));
    each = exports_.erase(each);
  }
}

}  // namespace isolane

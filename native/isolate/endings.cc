#include "endings.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "../value/reason.h"
#include "letters.h"

namespace isolane {

namespace {

constexpr size_t kMostBytes = size_t{1} << 20;
constexpr size_t kLongestReason = size_t{16} << 10;

// Leaked on purpose: threads may outlive static objects.
struct Kept {
  std::mutex mutex;
  std::unordered_map<uint64_t, Ending> by_id;
  std::deque<uint64_t> oldest_first;
  size_t bytes = 0;
};
Kept& kept() {
  static Kept* const all = new Kept;
  return *all;
}

// About what an entry takes, with its places in both containers.
size_t size_of(const Ending& ending) { return 128 + ending.reason.size(); }

}  // namespace

void Correspondents::add(uint64_t party) {
  if (std::find(parties_.begin(), parties_.end(), party) == parties_.end()) {
    parties_.push_back(party);
  }
}

void tell_end(uint64_t id, const Ending& ending, const std::vector<uint64_t>& parties,
              std::optional<std::chrono::nanoseconds> used) {
  const auto cause = static_cast<uint64_t>(ending.cause);
  for (uint64_t party : parties) {
    if (used) {
      const auto microseconds = static_cast<uint64_t>(used->count() / 1000);
      post_to(party, native_letter(id, NativeLetter::kCpuTime, microseconds));
    }
    post_to(party, native_letter(id, NativeLetter::kEnded, cause, reason_parcel(ending.reason)));
  }
}

void keep_ending(uint64_t id, Ending ending) {
  if (ending.reason.size() > kLongestReason) ending.reason = {};
  Kept& all = kept();
  const std::lock_guard guard(all.mutex);
  const size_t size = size_of(ending);
  if (!all.by_id.emplace(id, std::move(ending)).second) return;
  all.oldest_first.push_back(id);
  all.bytes += size;
  while (all.bytes > kMostBytes) {
    const auto oldest = all.by_id.find(all.oldest_first.front());
    all.bytes -= size_of(oldest->second);
    all.by_id.erase(oldest);
    all.oldest_first.pop_front();
  }
}

std::optional<Ending> kept_ending(uint64_t id) {
  Kept& all = kept();
  const std::lock_guard guard(all.mutex);
  const auto found = all.by_id.find(id);
  if (found == all.by_id.end()) return std::nullopt;
  return found->second;
}

}  // namespace isolane

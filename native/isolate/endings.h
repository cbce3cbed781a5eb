// How interpreters ended, for those who ask and are not told by a letter, or have not read it yet.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "../core/channel.h"

namespace isolane {

// Why an interpreter ended; the `id` of its last letter. The numbers are those of EndCause in
// src/binding/codes.ts.
enum class EndCause : uint64_t {
  kClosed = 0,
  kTerminated = 1,
  kMemoryLimit = 2,
  kUnresponsive = 3
};

struct Ending {
  EndCause cause = EndCause::kClosed;
  Reason reason;  // what terminate() was given
};

// Who is to be told of an end. Guarded by whoever has it.
class Correspondents {
 public:
  void add(uint64_t party);
  // Takes all of them.
  std::vector<uint64_t> take() { return std::exchange(parties_, {}); }

 private:
  std::vector<uint64_t> parties_;
};

// Any thread. Tells these that a party has ended, and what processor time its thread has used, if
// that is known.
void tell_end(uint64_t id, const Ending& ending, const std::vector<uint64_t>& parties,
              std::optional<std::chrono::nanoseconds> used = std::nullopt);

// Any thread. What was kept longest goes when there is too much of it; so does a long reason at
// once, which only the letter has.
void keep_ending(uint64_t id, Ending ending);
std::optional<Ending> kept_ending(uint64_t id);

}  // namespace isolane

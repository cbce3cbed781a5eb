// How interpreters ended, for those who ask and are not told by a letter, or have not read it yet.
#pragma once

#include <cstdint>
#include <optional>

#include "../core/channel.h"

namespace isolane {

// Why an interpreter ended; the `id` of its last letter. The numbers are those of EndCause in
// src/binding/binding.ts.
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

// Any thread. What was kept longest goes when there is too much of it; so does a long reason at
// once, which only the letter has.
void keep_ending(uint64_t id, Ending ending);
std::optional<Ending> kept_ending(uint64_t id);

}  // namespace isolane

// The letters that native code itself posts and understands.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "../core/party.h"

namespace isolane {

// See NativeLetter in src/binding/codes.ts.
enum class NativeLetter : uint32_t {
  kBegun = 1,
  kEnded = 2,
  kCancelled = 3,
  kDropCall = 4,
  kCpuTime = 5,
  kUndelivered = 6,
};

// In the type of a letter: it asks for a call that may be stopped.
constexpr uint32_t kStoppable = 1u << 31;

// Letters of these types ask for user code to be run; see Letter in src/interpreter/protocol.ts, as
// for those below.
constexpr uint32_t kFirstRequest = 16;
constexpr uint32_t kLastRequest = 31;

// What a new interpreter is told before anything else happens there.
constexpr uint32_t kFirstNotice = 36;
constexpr uint32_t kLastNotice = 39;

inline Letter native_letter(uint64_t from, NativeLetter type, uint64_t id = 0) {
  Letter letter;
  letter.from = from;
  letter.type = static_cast<uint32_t>(type);
  letter.id = id;
  return letter;
}

inline Letter native_letter(uint64_t from, NativeLetter type, uint64_t id, Parcel&& body) {
  Letter letter = native_letter(from, type, id);
  letter.body = std::move(body);
  return letter;
}

// Does nothing if the party is gone.
inline void post_to(uint64_t party, Letter&& letter) {
  if (std::shared_ptr<Party> found = Party::registry().find(party)) found->post(std::move(letter));
}

}  // namespace isolane

// The calls of one interpreter that may be stopped from outside: who asked for them, how long they
// may take, and which have been cancelled.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "../core/clock.h"
#include "thread_clock.h"

namespace isolane {

// Who asked, and under which number.
struct CallKey {
  uint64_t party = 0;
  uint64_t id = 0;
  bool operator==(const CallKey&) const = default;
};

struct CallLimits {
  Deadline deadline = kForever;
  Clock::duration cpu_time = Clock::duration::max();  // of the thread that runs it
  bool operator==(const CallLimits&) const = default;
};

// The numbers are those of CancelCause in src/binding/codes.ts.
enum class CancelCause : uint8_t { kTimeout = 1, kCpuTimeout = 2, kAborted = 3 };
// As the body of the letter to who called; see NativeLetter in src/binding/codes.ts.
const char* name_of(CancelCause cause);

// A call passes through: added, when it is asked for; begun, when the interpreter takes it up,
// under a tag that its code carries through all its awaits; and ended, or cancelled and then
// dropped.
//
// Any thread.
class CallTable {
 public:
  struct Cancelled {
    CallKey key;
    CancelCause cause;
    uint64_t tag;  // 0: it had not begun
  };

  // Returns when to look whether it is overdue, as begin() does through `look`.
  Deadline add(CallKey key, CallLimits limits);
  // On the thread that is to run it. Its tag; nothing if it was cancelled before.
  std::optional<uint64_t> begin(CallKey key, Deadline* look);
  // Its code is done, or was stopped. Returns it if it was cancelled and who asked is still to be
  // told.
  std::optional<Cancelled> end(uint64_t tag);
  // Returns it if it was cancelled and who asked is still to be told, which is now taken for done.
  std::optional<Cancelled> tell(uint64_t tag);
  // Nothing if there is no such call, or it has been cancelled already.
  std::optional<Cancelled> cancel(CallKey key, CancelCause cause);
  // It was never asked for.
  void forget(CallKey key);
  // The same, but only if it was cancelled; whether that is so.
  bool forget_cancelled(CallKey key);
  void clear();

  // Why a call that was begun was cancelled, if it was; until end().
  std::optional<CancelCause> cancelled(uint64_t tag) const;
  // Cancels what has used up its time. `next`: when to look again.
  std::vector<Cancelled> cancel_overdue(Clock::time_point now, Deadline* next);

 private:
  using Looks = std::multimap<Deadline, CallKey>;  // when to look at which call
  struct Call {
    CallLimits limits;
    Looks::iterator look;
    uint64_t tag = 0;
    std::optional<CancelCause> cancelled;
    bool told = false;                 // who asked
    std::optional<ThreadClock> clock;  // of the thread that runs it
    std::chrono::nanoseconds used_before{};
  };
  struct HashKey {
    size_t operator()(const CallKey& key) const {
      return std::hash<uint64_t>()(key.party * 0x9E3779B97F4A7C15u ^ key.id);
    }
  };
  using Calls = std::unordered_map<CallKey, Call, HashKey>;

  void look_at(const CallKey& key, Call& call, Deadline when);
  void erase(Calls::iterator call);
  static std::optional<Cancelled> tell_locked(Calls::value_type& call);
  Cancelled cancel(Calls::iterator call, CancelCause cause);

  mutable std::mutex mutex_;
  Calls calls_;
  Looks looks_;
  std::unordered_map<uint64_t, CallKey> by_tag_;
  uint64_t last_tag_ = 0;
};

}  // namespace isolane

// The calls of one party that may be stopped, from when they are asked for until they are answered.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "../core/party.h"
#include "../core/watchdog.h"
#include "call_table.h"

namespace isolane {

// In the place of a call's tag: other code than that of calls which may be stopped.
constexpr uint64_t kOtherCode = UINT64_MAX;

// Cancels what has taken too long, and tells who asked. Any thread, unless said otherwise.
class Calls {
 public:
  // Whose calls these are.
  class Owner {
   public:
    // That call was cancelled after it had begun: has its code stop.
    virtual void stop_call(uint64_t tag) = 0;
    // The same action for the watchdog, which does nothing once the owner is gone.
    virtual std::function<void()> if_alive(std::function<void()> action) = 0;

   protected:
    ~Owner() = default;
  };

  Calls(Owner& owner, std::shared_ptr<Party> party);

  // Before the letter that asks for it is made: its body may have getters that cancel it.
  void expect(CallKey key, CallLimits limits);
  // It was not posted.
  void forget(CallKey key) { table_.forget(key); }
  // The same if it has been cancelled, in which case it need not be posted.
  bool forget_cancelled(CallKey key) { return table_.forget_cancelled(key); }
  // False if there is no such call any more. Who asked is told when its code has stopped, or when
  // tell() says so.
  bool cancel(CallKey key, CancelCause cause);
  // On the thread that is to run it. The tag of the call; nothing if it was cancelled before.
  std::optional<uint64_t> begin(CallKey key);
  // Its code is done, or was stopped.
  void end(uint64_t tag);
  // Who asked for a call that was cancelled waits no longer, whatever its code does.
  void tell(uint64_t tag);
  // Why it was cancelled, if it was; until end().
  std::optional<CancelCause> cancelled(uint64_t tag) const { return table_.cancelled(tag); }
  void clear() { table_.clear(); }

 private:
  void watch(Deadline look);
  void look();
  void finish_cancel(const CallTable::Cancelled& cancelled);
  void tell_caller(const CallTable::Cancelled& cancelled);

  Owner& owner_;
  const std::shared_ptr<Party> party_;
  CallTable table_;
  Alarm next_look_;  // at calls that may be overdue
};

}  // namespace isolane

// Finds out when threads wait for one another's locks in a circle, which would be for ever.
#pragma once

#include <cstdint>
#include <vector>

#include "local_interpreter_lock.h"

namespace isolane {

// While it lives, its thread holds locks and waits for another, for as long as it takes; or it has
// just been given that, or is about to give up. Made, used and destroyed on that thread.
class LockWait {
 public:
  // `of`: the interpreter whose lock it is. `inside`: those whose locks this thread holds, each
  // called from the one before.
  LockWait(const LocalInterpreterLock& lock, uint64_t of, std::vector<uint64_t> inside);
  LockWait(const LockWait&) = delete;
  LockWait& operator=(const LockWait&) = delete;
  ~LockWait();

  // To be called again and again: this thread has looked whether it is to stop, and waits on. If
  // that would be for ever, returns the interpreters of the circle, each of which calls the next,
  // and the last the first; otherwise nothing. The first is the one whose code waits here.
  //
  // Nobody can be in a circle by mistake. In it every thread waits for what the next one holds, and
  // has waited on since the last of them began to wait: so none is about to stop. One that may wait
  // for so long only has no LockWait. Whoever is told gives up, and nobody else is told of the same
  // circle: the others go on.
  std::vector<uint64_t> go_on();

 private:
  const LocalInterpreterLock& lock_;
  const uint64_t of_;
  const std::vector<uint64_t> inside_;
  uint64_t begun_;   // when, in the order of all waits
  uint64_t looked_;  // the last wait that had begun when this one went on
};

}  // namespace isolane

// A Node environment's thread inside of interpreters, where callSync takes it.
#pragma once

#include <v8.h>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "../isolate/interpreter.h"

namespace isolane {

// Who ends a Worker, or has a script of Node stopped, only marks the isolate of that environment,
// which takes no notice while its thread runs code of another. So now and then the thread is asked,
// at a safe point of the interpreter that it is in, to look; and if it is to stop, so is all that
// it has called.
//
// A call costs next to nothing here: the watchdog comes by as long as there are calls, not once for
// each.
class NodeVisits : public std::enable_shared_from_this<NodeVisits> {
 public:
  // Nobody can tell a thread of Node to stop: it has to look.
  static constexpr auto kInterval = std::chrono::milliseconds(50);

  // For the environment of the calling thread. `told_to_stop` is called on it, in `isolate`, only
  // between begin() and end().
  NodeVisits(v8::Isolate* isolate, std::function<bool()> told_to_stop);

  // The environment's thread. The interpreter lives until end() has returned.
  void begin(Interpreter& callee);
  void end();

 private:
  void come_by_later();  // mutex_ held
  void come_by();        // on the watchdog's thread
  void look();           // on whichever thread serves the request

  v8::Isolate* const isolate_;
  const std::function<bool()> told_to_stop_;
  const std::thread::id thread_;

  std::mutex mutex_;                    // guards what follows
  Interpreter* callee_ = nullptr;       // the outermost, while there is a call
  const Interpreter* asked_ = nullptr;  // that has not looked yet
  bool called_ = false;                 // since the watchdog came by
  bool watched_ = false;                // it will come by
};

}  // namespace isolane

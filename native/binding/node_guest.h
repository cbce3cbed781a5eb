// A Node environment that serves as an interpreter: a Worker that `runtime: 'node'` made.
#pragma once

#include <node.h>
#include <v8.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "../core/party.h"
#include "../core/registry.h"
#include "../core/waiter.h"
#include "../isolate/interpreter.h"
#include "../value/reason.h"
#include "control.h"
#include "node_code.h"

namespace isolane {

class Realm;

// What Interpreter is to a GuestRealm, it is to its environment's NodeRealm: it can be found and
// ended from any thread, remembers who wrote to it, and tells them of the end and its cause. The
// isolate, the thread and the loop remain Node's.
class NodeGuest final : public std::enable_shared_from_this<NodeGuest> {
 public:
  using State = Interpreter::State;

  // Any thread. Has those that live.
  static Registry<NodeGuest>& registry();
  // Any thread. Whether one was written off whose thread has not come back: Node would wait for it
  // at its end.
  static bool any_left_behind();

  NodeGuest(node::Environment* environment, Realm& realm, std::string name, uint64_t parent);

  // Any thread.
  uint64_t id() const { return party_->id(); }
  const std::string& name() const { return name_; }
  uint64_t parent() const { return parent_; }
  State state() const { return state_.load(std::memory_order_relaxed); }
  // Delivers a letter, and remembers its sender so that it learns of the end. False after the end.
  bool post(Letter&& letter);
  // Ends it now, whatever it does. False if it has ended or is ending already. If it goes on for
  // longer than a grace time it is written off: to all others it has ended.
  bool terminate(EndCause cause, Reason reason = {});
  // How it has ended, or does at present; nothing while it lives.
  std::optional<Ending> how_it_ends();
  // Whether it is to end, so that no more code should run.
  bool ending() const { return ending_.load(std::memory_order_acquire); }
  NodeCode& code() { return code_; }
  const std::shared_ptr<Party>& party() const { return party_; }

  // The rest is for the environment's own thread.

  // Once, before anybody can find it.
  void begin();
  void set_state(State state) { state_.store(state, std::memory_order_relaxed); }
  // Node ends it.
  void note_ending() { ending_.store(true, std::memory_order_release); }
  // Says why it ends, unless it has been terminated.
  void explain_end(Reason reason);
  // The environment goes: nobody touches it from now on.
  void let_go();
  // After let_go(), once its endpoints are closed: tells all who wrote to it.
  void announce_end();

 private:
  // On the watchdog's thread: sees to it that it ends.
  void supervise_end();
  void write_off();
  [[noreturn]] void park();

  static size_t near_heap_limit(void* data, size_t current, size_t initial);
  static void before_collection(v8::Isolate* isolate, v8::GCType type, v8::GCCallbackFlags flags,
                                void* data);
  static void out_of_memory(const char* where, const v8::OOMDetails& details);

  node::Environment* const environment_;
  Realm& realm_;
  v8::Isolate* const isolate_;
  const std::shared_ptr<Party> party_;
  ThreadWaiter& waiter_;
  const std::string name_;
  const uint64_t parent_;
  NodeCode code_;
  std::atomic<State> state_{State::kRunning};
  std::atomic<bool> ending_{false};
  std::atomic<bool> condemned_{false};  // to be written off when its thread collects garbage
  bool heap_was_raised_ = false;        // only on its own thread

  std::mutex mutex_;    // guards what follows, and changes of ending_
  bool alive_ = false;  // the environment may be touched
  bool written_off_ = false;
  bool ended_ = false;
  EndCause cause_ = EndCause::kClosed;
  Reason reason_;
  Correspondents correspondents_;
};

// What Node's binding has for it; see `NodeBinding` in src/binding/binding.ts.
const std::vector<NamedFunction>& node_guest_functions();

}  // namespace isolane

// Isolane in a Node environment: the main thread's, or a Worker's.
#pragma once

#include <memory>
#include <string>

#include "node_guest.h"
#include "node_visits.h"
#include "realm.h"

namespace isolane {

class NodeParty;

class NodeRealm final : public Realm {
 public:
  // Makes the realm of the environment that `context` belongs to; it ends with the environment.
  static v8::Local<v8::Object> install(v8::Local<v8::Context> context);

  ~NodeRealm() override;
  void note_inner_call(const std::shared_ptr<Interpreter>& callee, CallKey) override {
    callee == nullptr ? visits_->end() : visits_->begin(*callee);
  }
  bool must_yield() const override { return guest_ != nullptr && guest_->ending(); }

  // From now on this environment serves as an interpreter.
  void become_guest(std::string name, uint64_t parent);
  NodeGuest* guest() const { return guest_.get(); }

 protected:
  void call_hook(v8::Local<v8::Function> hook, int argc, v8::Local<v8::Value> argv[]) override;
  std::vector<const std::vector<NamedFunction>*> functions() const override;
  Clock::duration watch_interval() const override;
  bool told_to_stop() override;
  void keep_alive(bool on) override;
  void note_blocked(bool blocked) override;
  bool take_up(Letter& letter, uint64_t* tag) override;

 private:
  NodeRealm(v8::Local<v8::Context> context, std::shared_ptr<NodeParty> party,
            node::Environment* environment);
  void end();
  // With what the process ends. While JavaScript can run.
  int ask_exit_code();

  node::Environment* const environment_;
  const std::shared_ptr<NodeParty> node_party_;
  ThreadWaiter waiter_;
  const std::shared_ptr<NodeVisits> visits_;
  std::shared_ptr<NodeGuest> guest_;  // null unless this is a guest
  uint64_t next_code_ = 0;            // whose code the next hook runs, as NodeCode has it
  int exit_code_ = 0;                 // as far as is known
  v8::Global<v8::Function> exit_code_reader_;
  v8::Global<v8::Function> pulse_;  // a JavaScript function that does nothing
};

}  // namespace isolane

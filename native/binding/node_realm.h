// Isolane in a Node environment: the main thread's, or a Worker's.
#pragma once

#include <memory>

#include "realm.h"

namespace isolane {

class NodeParty;

class NodeRealm final : public Realm {
 public:
  // Makes the realm of the environment that `context` belongs to; it ends with the environment.
  static v8::Local<v8::Object> install(v8::Local<v8::Context> context);

  ~NodeRealm() override;
  void keep_alive(bool on) override;
  // With which the process ends, once that is known.
  void set_exit_code(int code) { exit_code_ = code; }

 protected:
  void call_hook(v8::Local<v8::Function> hook, int argc, v8::Local<v8::Value> argv[]) override;
  void add_more_functions(v8::Local<v8::Object> binding) override;
  Clock::duration watch_interval() const override;
  bool told_to_stop() override;

 private:
  NodeRealm(v8::Local<v8::Context> context, std::shared_ptr<NodeParty> party,
            node::MultiIsolatePlatform* platform);

  const std::shared_ptr<NodeParty> node_party_;
  ThreadWaiter waiter_;
  int exit_code_ = 0;
  v8::Global<v8::Function> pulse_;  // a JavaScript function that does nothing
};

}  // namespace isolane

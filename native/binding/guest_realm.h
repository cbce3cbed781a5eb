// The JavaScript side of an interpreter.
#pragma once

#include <memory>

#include "realm.h"

namespace isolane {

class GuestRealm final : public Realm, public Guest {
 public:
  // Installs the binding and runs the guest's own code. Null with an exception pending on failure.
  static std::unique_ptr<Guest> make(Interpreter& interpreter, v8::Local<v8::Context> context,
                                     node::MultiIsolatePlatform* platform);

  // Runs our own code of that name; its exports. It finds `shared`, if there is that, in `module`.
  v8::MaybeLocal<v8::Value> load_chunk(const char* name, v8::Local<v8::Value> shared);
  // Gives the binding what it has not had from the start, once.
  void complete_binding();
  // In the order of setGuestHooks() in src/binding/binding.ts.
  void set_guest_hooks(Arguments args);
  // What this interpreter was told before anything else; on the thread that holds its lock.
  void deliver_notices();
  // Lets the guest answer a request on the calling thread, which holds the interpreter's lock.
  // False if it was stopped.
  bool call_sync(uint32_t type, Parcel&& body, Parcel* reply);

  // What src/binding/module-binding.ts describes; few interpreters need it.
  v8::Local<v8::Object> make_module_binding();

  void deliver() override;
  void run_timers() override;
  v8::MaybeLocal<v8::Promise> import(v8::Local<v8::String> specifier, v8::Local<v8::Value> referrer,
                                     v8::Local<v8::Array> attributes) override;
  void import_meta(v8::Local<v8::Object> meta, v8::Local<v8::String> url) override;
  void promise_rejected(const v8::PromiseRejectMessage& message) override;
  void microtasks_dropped() override;
  void stop() override { shut_down(); }
  void abandon() override { give_up(); }

  // When code has run that was told to stop: what it left in microtasks runs now, apart from what
  // others leave there next. `dropped`: the engine may have come to them, and dropped the rest.
  void after_stop(bool dropped);

  void note_inner_call(const std::shared_ptr<Interpreter>& callee, CallKey key) override {
    self()->code().set_inner_call(callee, key);
  }
  bool must_yield() const override;

 protected:
  void call_hook(v8::Local<v8::Function> hook, int argc, v8::Local<v8::Value> argv[]) override;
  bool take_up(Letter& letter, uint64_t* tag) override;
  std::vector<const std::vector<NamedFunction>*> functions() const override;

 private:
  GuestRealm(Interpreter& interpreter, v8::Local<v8::Context> context,
             node::MultiIsolatePlatform* platform);
  // Before any code of others runs. False with an exception pending on failure.
  bool guard_memory();
  void end_for(const v8::TryCatch& caught);
  // False if it was stopped before it returned.
  bool call_and_report(v8::Local<v8::Function> hook, int argc, v8::Local<v8::Value> argv[]);

  v8::Global<v8::Object> binding_;  // until it is complete
  v8::Global<v8::Function> main_;   // our own code, as long as its code cache is to be made anew
  bool has_served_ = false;         // a request
  v8::Global<v8::Function> on_timer_;
  v8::Global<v8::Function> on_import_;
  v8::Global<v8::Function> on_import_meta_;
  v8::Global<v8::Function> on_rejection_;
  v8::Global<v8::Function> on_microtasks_dropped_;
  v8::Global<v8::Function> on_call_sync_;
};

}  // namespace isolane

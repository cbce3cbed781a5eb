// What one JavaScript context has of Isolane: a Node environment's, or an interpreter's.
#pragma once

#include <node.h>
#include <v8.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "../core/clock.h"
#include "../core/endpoint.h"
#include "../core/party.h"
#include "../core/waiter.h"
#include "../isolate/interpreter.h"
#include "../value/encode.h"
#include "../value/host_objects.h"
#include "../value/record_page.h"
#include "channel_uses.h"
#include "control.h"
#include "wrapped.h"

namespace isolane {

class SharedObject;

// What plain objects are like; see are_plain().
struct PlainObjects {
  v8::Global<v8::Value> prototype;
  std::vector<v8::Global<v8::Array>> arrays;
};

// Only on the thread that runs in its isolate. NodeRealm and GuestRealm add what differs.
class Realm : public HostObjects {
 public:
  ~Realm() override;
  Realm(const Realm&) = delete;
  Realm& operator=(const Realm&) = delete;

  // The realm of a function that add_function() made.
  static Realm& of(Arguments args);

  v8::Isolate* isolate() const override { return isolate_; }
  LongStrings& long_strings() override { return *long_strings_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  const std::shared_ptr<Party>& party() const { return party_; }
  ThreadWaiter& waiter() { return waiter_; }
  WrappedList& wrapped() { return wrapped_; }
  ChannelUses& uses() { return uses_; }
  v8::Local<v8::Value> nothing() const { return nothing_.Get(isolate_); }
  // Returned to JavaScript in place of what it finds on the page.
  const v8::Global<v8::Symbol>& record() const { return record_; }
  RecordPage& page() { return page_; }
  NumbersPage& numbers_page() { return numbers_page_; }
  PlainObjects& plain() { return plain_; }
  node::MultiIsolatePlatform* platform() const { return platform_; }
  // The Node environment that serves modules and console to this realm.
  uint64_t host_id() const { return host_id_; }
  // Null in Node.
  Interpreter* self() const { return self_; }

  // The arguments are hooks in the order of setHooks() in src/binding/binding.ts.
  void set_hooks(Arguments args);

  Endpoint* endpoint_of(v8::Local<v8::Object> object) override;
  bool unwrap_moved(v8::Local<v8::Object> object, v8::Local<v8::Value>* value,
                    v8::Local<v8::Array>* transfer) override;
  bool unwrap_owned(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) override;
  v8::MaybeLocal<v8::Value> movable_parts(v8::Local<v8::Value> value) override;
  v8::MaybeLocal<v8::Object> make_owned() override;
  void fill_owned(v8::Local<v8::Object> box, v8::Local<v8::Value> value) override;
  const SharedRef* shared_of(v8::Local<v8::Object> object) override;
  v8::MaybeLocal<v8::Object> make_shared(const SharedRef& value) override;
  bool unwrap_view(v8::Local<v8::Object> object, FixedBytes* bytes) override;
  v8::MaybeLocal<v8::Value> make_view(const FixedBytes& bytes) override;
  bool unwrap_frozen(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) override;
  v8::MaybeLocal<v8::Value> make_frozen(v8::Local<v8::Object> object) override;
  bool has_instances() const override { return has_instances_; }
  void expect_instances() { has_instances_ = true; }
  v8::MaybeLocal<v8::Array> with_stand_ins(v8::Local<v8::Value> value) override;
  bool unwrap_stand_in(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) override;
  v8::MaybeLocal<v8::Value> make_instance(v8::Local<v8::Value> value) override;
  void throw_unknown_class(v8::Local<v8::Value> message, v8::Local<v8::Value> instance) override;
  void disown(void* data, size_t length) override {
    if (MemoryLimit* limit = self_ == nullptr ? nullptr : self_->memory_limit()) {
      limit->disown(data, length);
    }
  }
  void leave_out(int64_t bytes) override {
    if (MemoryLimit* limit = self_ == nullptr ? nullptr : self_->memory_limit()) {
      limit->leave_out(bytes);
    }
  }
  void note_taken(size_t bytes) override {
    if (MemoryLimit* limit = self_ == nullptr ? nullptr : self_->memory_limit()) {
      limit->note_taken(bytes);
    }
  }
  v8::MaybeLocal<v8::Object> make_endpoint(Endpoint&& endpoint) override;
  void endpoint_cloned(Endpoint& endpoint) override;
  void give_away(Endpoint& endpoint) override;
  v8::MaybeLocal<v8::Value> read_record(const Parcel& record) override;
  void throw_not_shareable(v8::Local<v8::Value> value, v8::Local<v8::String> why,
                           bool shares) override;

  // An endpoint between native code and the constructor of its JavaScript object, by number.
  uint32_t add_seed(Endpoint&& endpoint);
  bool take_seed(v8::Local<v8::Value> seed, Endpoint* endpoint);

  // The same for a shared value.
  uint32_t add_shared_seed(SharedRef value);
  bool take_shared_seed(v8::Local<v8::Value> seed, SharedRef* value);
  // Objects here keep so many bytes more, or less, of shared values.
  void count_shared(int64_t bytes);
  v8::MaybeLocal<v8::Value> make_view(const OpenedView& opened);
  // Whether `object` is a view that cannot be written through.
  bool is_view(v8::Local<v8::Object> object) const;
  // What the constructor of the next view is to read from; without elements if none is being made.
  OpenedView take_view_seed();
  // The live ones, by the id of their value.
  std::unordered_map<uint64_t, SharedObject*>& shared_objects() { return shared_objects_; }

  bool is_packed(v8::Local<v8::Value> value) const;
  // A message for JavaScript to keep; see PackedMessage.
  v8::Local<v8::Object> pack(Parcel&& message, Handover&& handover = Handover());

  // Waits in a channel: `operation` is called with a deadline and returns how it ended. While it
  // waits, whoever asks sees this party as blocked there, and termination gets through.
  template <class Operation>
  Status block(const Endpoint& endpoint, Deadline deadline, Operation&& operation) {
    return block(endpoint.channel()->id(), endpoint.side(), deadline, operation);
  }
  // The same in several channels at once.
  template <class Operation>
  Status block_in_select(Deadline deadline, Operation&& operation) {
    return block(Interpreter::kSelect, Side::kReceiver, deadline, operation);
  }

  // Calls into JavaScript for each letter and each waiter that is ready; at most `limit` of them.
  void deliver(size_t limit);

  void add_child(std::shared_ptr<Interpreter> child);
  // Whether this party is to end, and so should not wait for others any longer.
  bool should_stop() { return (self_ != nullptr && self_->stopping()) || told_to_stop(); }
  // Ends the interpreters created here, closes all endpoints, and leaves the party.
  void shut_down();
  // The same without touching the engine, and without waiting. Any thread; shut_down() may follow.
  void give_up();

  // Whether something else than what waits in channels is awaited of others.
  void hold(bool on);
  bool awaits_others() const { return held_ || uses_.any(); }
  // Code of `callee` runs on this thread, called by the code here under `key`; null: it has ended.
  virtual void note_inner_call(const std::shared_ptr<Interpreter>& callee, CallKey key) = 0;
  // Whether somebody waits for this thread to leave JavaScript.
  virtual bool must_yield() const { return false; }

  // The body of the letter that is being delivered. The hook asks for it: what is called to read
  // it, such as the classes of instances in it, is then part of the code that the letter is for.
  v8::MaybeLocal<v8::Value> read_letter();

 protected:
  Realm(v8::Isolate* isolate, v8::Local<v8::Context> context, std::shared_ptr<Party> party,
        ThreadWaiter& waiter, node::MultiIsolatePlatform* platform, uint64_t host_id,
        Interpreter* self);

  void deliver_letter(Letter&& letter);
  // Calls a hook from the event loop; reports what it throws.
  virtual void call_hook(v8::Local<v8::Function> hook, int argc, v8::Local<v8::Value> argv[]) = 0;
  // Says whose code a letter's will be, and what it is called by; false: it is not wanted any more.
  virtual bool take_up(Letter& letter, uint64_t* tag);
  // While a thread waits: how long before it is to look whether it should stop.
  virtual Clock::duration watch_interval() const { return Clock::duration::max(); }
  virtual bool told_to_stop() { return false; }
  // Whether there is anything for which the event loop has to go on.
  virtual void keep_alive(bool) {}
  // Whoever asks is to see that this party waits.
  virtual void note_blocked(bool) {}
  // All there are, on the object that src/binding/binding.ts describes.
  virtual std::vector<const std::vector<NamedFunction>*> functions() const;

  // That object, with what is needed early; and what adds the rest to it.
  v8::Local<v8::Object> begin_binding();
  void complete_binding(v8::Local<v8::Object> binding);
  void add_function(v8::Local<v8::Object> target, const char* name, v8::FunctionCallback callback);
  // Keeps a function, if it is one.
  void take_hook(v8::Local<v8::Value> given, v8::Global<v8::Function>* hook);
  v8::Local<v8::Value> data() const { return data_.Get(isolate_); }

 private:
  void add_functions(v8::Local<v8::Object> binding, bool early);
  void make_templates();
  bool is_made_by(const v8::Global<v8::FunctionTemplate>& made, v8::Local<v8::Object> object) const;
  // What such an object has in its first field.
  bool unwrap(const v8::Global<v8::FunctionTemplate>& made, v8::Local<v8::Object> object,
              v8::Local<v8::Value>* value) const;
  template <class Operation>
  Status block(uint64_t channel, Side side, Deadline deadline, Operation& operation);
  // Null if it is not one of those that live.
  std::shared_ptr<Interpreter> take_child(uint64_t id);

  v8::Isolate* const isolate_;
  v8::Global<v8::Context> context_;
  const std::shared_ptr<Party> party_;
  ThreadWaiter& waiter_;
  node::MultiIsolatePlatform* const platform_;
  const uint64_t host_id_;
  Interpreter* const self_;
  const std::shared_ptr<LongStrings> long_strings_;

  v8::Global<v8::Value> data_;  // leads from function callbacks to this realm
  v8::Global<v8::Symbol> nothing_;
  v8::Global<v8::Symbol> record_;
  RecordPage page_;
  NumbersPage numbers_page_;
  PlainObjects plain_;
  // Empty until the binding is complete: then there are no objects of theirs either.
  v8::Global<v8::FunctionTemplate> sender_;
  v8::Global<v8::FunctionTemplate> receiver_;
  v8::Global<v8::FunctionTemplate> moved_;
  v8::Global<v8::FunctionTemplate> owned_;
  v8::Global<v8::FunctionTemplate> shared_;
  v8::Global<v8::FunctionTemplate> view_;
  v8::Global<v8::FunctionTemplate> frozen_;
  v8::Global<v8::FunctionTemplate> stand_in_;
  v8::Global<v8::FunctionTemplate> packed_;
  v8::Global<v8::FunctionTemplate> selection_;

  v8::Global<v8::Function> make_sender_;
  v8::Global<v8::Function> make_receiver_;
  v8::Global<v8::Function> not_shareable_;
  v8::Global<v8::Function> on_ready_;
  v8::Global<v8::Function> on_letter_;
  v8::Global<v8::Function> read_record_;
  v8::Global<v8::Function> make_owned_;
  v8::Global<v8::Function> movable_parts_;
  v8::Global<v8::Function> make_shared_;
  v8::Global<v8::Function> make_view_;
  v8::Global<v8::Function> make_frozen_;
  v8::Global<v8::Function> with_stand_ins_;
  v8::Global<v8::Function> make_instance_;
  v8::Global<v8::Function> unknown_class_;
  Letter* letter_ = nullptr;  // that is being delivered
  v8::Global<v8::TypedArray> view_seed_;
  std::shared_ptr<void>* view_seed_owner_ = nullptr;  // of view_seed_

  bool held_ = false;
  bool has_instances_ = false;
  ChannelUses uses_{[this] { keep_alive(awaits_others()); }};
  std::unordered_map<uint64_t, SharedObject*> shared_objects_;
  WrappedList wrapped_;  // after these two, to which they refer
  uint32_t next_seed_ = 0;
  std::unordered_map<uint32_t, Endpoint> seeds_;
  std::unordered_map<uint32_t, SharedRef> shared_seeds_;
  std::mutex children_mutex_;
  std::map<uint64_t, std::shared_ptr<Interpreter>> children_;  // guarded by children_mutex_
  bool shut_down_ = false;
};

template <class Operation>
Status Realm::block(uint64_t channel, Side side, Deadline deadline, Operation& operation) {
  RunningParty running;
  if (self_ != nullptr) self_->set_blocked(channel, side);
  Status status;
  for (;;) {
    note_blocked(true);  // each time, since to look whether to stop is to run
    const Clock::duration interval = watch_interval();
    Deadline until = deadline;
    if (interval != Clock::duration::max()) until = std::min(deadline, Clock::now() + interval);
    status = operation(until);
    if (status == Status::kInterrupted && self_ != nullptr && !self_->stopping()) {
      if (self_->serve_requests()) continue;
      break;
    }
    if (status != Status::kTimedOut || until == deadline) break;
    if (told_to_stop()) {
      status = Status::kInterrupted;
      break;
    }
  }
  note_blocked(false);
  if (self_ != nullptr) self_->set_unblocked();
  return status;
}

// For `private` code of ours: an internalized string.
v8::Local<v8::String> literal(v8::Isolate* isolate, const char* text);

}  // namespace isolane

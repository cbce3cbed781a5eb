#include "call_sync.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "../isolate/lock_wait.h"
#include "../value/decode.h"
#include "../value/encode.h"
#include "arguments.h"
#include "guest_realm.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// How long a thread waits for an interpreter's lock before it looks whether it is to stop, and
// whether it waits in vain.
constexpr auto kLockSlice = std::chrono::milliseconds(50);

class SyncCall {
 public:
  using Outcome = LocalInterpreterLock::Outcome;

  SyncCall(Realm& caller, std::shared_ptr<Interpreter> callee, CallKey key, CallLimits limits)
      : caller_(caller),
        callee_(std::move(callee)),
        key_(key),
        limits_(limits),
        // Calls from interpreters end with those, whatever their own limits.
        stoppable_(limits != CallLimits() || caller.self() != nullptr) {}

  // Waits for the lock, and runs the call under it.
  Outcome make(uint32_t type, Parcel&& body) {
    const auto code = [&](Local<v8::Context>) {
      wait_.reset();  // it has what it waited for
      guest().deliver_notices();
      stoppable_ ? run_stoppable(type, std::move(body)) : run(type, std::move(body));
    };
    for (;;) {
      // In slices, since whoever waits here may be told to stop meanwhile.
      const Deadline slice = std::min(limits_.deadline, Clock::now() + kLockSlice);
      const Outcome outcome = callee_->enter(slice, code);
      if (outcome != Outcome::kTimedOut || slice == limits_.deadline) return outcome;
      if (!waits_on() || is_in_circle()) return outcome;
    }
  }

  // Those that wait for each other; see LockWait.
  const std::vector<uint64_t>& circle() const { return circle_; }
  std::optional<CancelCause> stopped() const { return stopped_; }
  bool answered() const { return answered_; }
  Parcel take_reply() { return std::move(reply_); }

 private:
  void run_stoppable(uint32_t type, Parcel&& body) {
    callee_->code().calls().expect(key_, limits_);
    const std::optional<uint64_t> tag = callee_->code().begin_call(key_);
    if (!tag) {
      stopped_ = CancelCause::kTimeout;
      return;
    }
    caller_.note_inner_call(callee_, key_);
    // Not should_stop(), which in Node runs code of Node's isolate, and here we are in another.
    if (caller_.self() == nullptr || !caller_.self()->stopping()) ask(type, std::move(body));
    stopped_ = callee_->code().calls().cancelled(*tag);
    callee_->code().calls().end(*tag);
    leave();
  }

  void run(uint32_t type, Parcel&& body) {
    callee_->code().enter(kOtherCode);
    caller_.note_inner_call(callee_, key_);
    ask(type, std::move(body));
    leave();
  }

  void ask(uint32_t type, Parcel&& body) {
    answered_ = guest().call_sync(type, std::move(body), &reply_);
  }

  void leave() {
    // What was left in microtasks is part of the call to who watches over this thread.
    if (callee_->code().leave()) guest().after_stop(true);
    caller_.note_inner_call(nullptr, {});
  }

  GuestRealm& guest() { return static_cast<GuestRealm&>(callee_->guest()); }

  bool waits_on() {
    // An interpreter that waits is asked things like any other.
    Interpreter* const self = caller_.self();
    return self != nullptr ? self->serve_requests() : !caller_.should_stop();
  }

  bool is_in_circle() {
    // Who will give up by himself is in none, nor is who has nothing that others may wait for.
    if (limits_.deadline != kForever || caller_.self() == nullptr) return false;
    if (!wait_) wait_.emplace(callee_->lock(), callee_->id(), Interpreter::all_entered_here());
    circle_ = wait_->go_on();
    return !circle_.empty();
  }

  Realm& caller_;
  const std::shared_ptr<Interpreter> callee_;
  const CallKey key_;
  const CallLimits limits_;
  const bool stoppable_;

  std::optional<LockWait> wait_;  // from when it has waited for a while
  std::vector<uint64_t> circle_;
  bool answered_ = false;
  std::optional<CancelCause> stopped_;
  Parcel reply_;
};

Local<Value> numbers(Isolate* isolate, const std::vector<uint64_t>& ids) {
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, ids.size() * sizeof(double));
  const std::vector<double> doubles(ids.begin(), ids.end());
  std::memcpy(buffer->Data(), doubles.data(), doubles.size() * sizeof(double));
  return v8::Float64Array::New(buffer, 0, ids.size());
}

void call_sync(Arguments args) {
  Realm& realm = Realm::of(args);
  Isolate* isolate = args.GetIsolate();
  args.GetReturnValue().Set(realm.nothing());
  std::shared_ptr<Interpreter> interpreter = Interpreter::find(id_of(args[0]));
  if (interpreter == nullptr) return;
  // From another's code nobody could tell this one to stop.
  if (realm.self() != nullptr && realm.self()->code().stop_leftover()) return;
  if (interpreter.get() == realm.self() || interpreter->entered_here()) {
    Local<Value> error = v8::Exception::RangeError(
        literal(isolate, "an interpreter cannot call itself under its own lock"));
    error.As<v8::Object>()
        ->Set(isolate->GetCurrentContext(), literal(isolate, "code"),
              literal(isolate, "ERR_ISOLANE_CALLS_ITSELF"))
        .Check();
    isolate->ThrowException(error);
    return;
  }
  Parcel body;
  Handover handover;
  if (!encode(realm, args[2], args[4], &body, &handover)) return;
  const CallKey key{realm.party()->id(), id_of(args[3])};
  SyncCall call(realm, std::move(interpreter), key, limits_of(args[5], args[6]));
  const auto outcome = call.make(static_cast<uint32_t>(number(args[1])), std::move(body));
  if (!call.circle().empty()) args.GetReturnValue().Set(numbers(isolate, call.circle()));
  if (outcome != SyncCall::Outcome::kAcquired) return;
  handover.commit(realm);
  if (call.stopped()) {
    args.GetReturnValue().Set(static_cast<int32_t>(*call.stopped()));
    return;
  }
  Local<Value> value;
  if (call.answered() && decode(realm, call.take_reply()).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

}  // namespace

const std::vector<NamedFunction>& call_sync_functions() {
  static const std::vector<NamedFunction>* const functions =
      new std::vector<NamedFunction>{{"callSync", call_sync}};
  return *functions;
}

}  // namespace isolane

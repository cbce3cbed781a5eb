#include "guest_realm.h"

#include <utility>

#include "../value/decode.h"
#include "../value/encode.h"
#include "../value/reason.h"
#include "../value/termination.h"
#include "function_functions.h"
#include "guest_code.h"
#include "guest_functions.h"
#include "guest_globals.h"
#include "guest_text.h"
#include "memory_guard.h"
#include "module_functions.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

namespace {

// Delivered in one go before timers and V8's tasks get their turn.
constexpr size_t kDeliveries = 1024;

// What every interpreter starts with.
constexpr char kMain[] = "main";

// What those with a memory limit have beside.
constexpr char kMemoryGuard[] = "memory-guard";

}  // namespace

GuestRealm::GuestRealm(Interpreter& interpreter, Local<v8::Context> context,
                       node::MultiIsolatePlatform* platform)
    : Realm(interpreter.isolate(), context, interpreter.loop(), interpreter.waiter(), platform,
            interpreter.options().host, &interpreter) {}

std::unique_ptr<Guest> GuestRealm::make(Interpreter& interpreter, Local<v8::Context> context,
                                        node::MultiIsolatePlatform* platform) {
  std::unique_ptr<GuestRealm> realm(new GuestRealm(interpreter, context, platform));
  Local<v8::String> parameter = literal(realm->isolate(), "isolaneBinding");
  Local<v8::Object> binding = realm->begin_binding();
  Local<Value> own_code = interpreter.code().own_code().share(realm->isolate());
  binding->Set(context, literal(realm->isolate(), "ownCode"), own_code).Check();
  realm->binding_.Reset(realm->isolate(), binding);
  Local<v8::Function> main;
  if (GuestCode::run(context, kMain, parameter, binding, &main).IsEmpty()) {
    realm->shut_down();
    return nullptr;
  }
  if (interpreter.options().memory_limit != 0 && !realm->guard_memory()) {
    realm->shut_down();
    return nullptr;
  }
  if (GuestCode::wants(kMain)) realm->main_.Reset(realm->isolate(), main);
  return realm;
}

void GuestRealm::complete_binding() {
  if (binding_.IsEmpty()) return;
  Realm::complete_binding(binding_.Get(isolate()));
  binding_.Reset();
}

MaybeLocal<Value> GuestRealm::load_chunk(const char* name, Local<Value> shared) {
  Local<v8::Object> module = v8::Object::New(isolate());
  if (!shared.IsEmpty() &&
      module->Set(context(), literal(isolate(), "shared"), shared).IsNothing()) {
    return {};
  }
  if (GuestCode::run(context(), name, literal(isolate(), "module"), module).IsEmpty()) return {};
  return module->Get(context(), literal(isolate(), "exports"));
}

bool GuestRealm::guard_memory() {
  Local<v8::Object> binding = v8::Object::New(isolate());
  for (const NamedFunction& one : memory_guard_functions()) {
    add_function(binding, one.name, one.call);
  }
  Local<Value> exports;
  Local<Value> install;
  Local<Value> argv[] = {binding};
  return load_chunk(kMemoryGuard, Local<Value>()).ToLocal(&exports) &&
         exports.As<v8::Object>()
             ->Get(context(), literal(isolate(), "install"))
             .ToLocal(&install) &&
         !install.As<v8::Function>()->Call(context(), v8::Undefined(isolate()), 1, argv).IsEmpty();
}

void GuestRealm::set_guest_hooks(Arguments args) {
  take_hook(args[0], &on_timer_);
  take_hook(args[1], &on_import_);
  take_hook(args[2], &on_import_meta_);
  take_hook(args[3], &on_rejection_);
  take_hook(args[4], &on_microtasks_dropped_);
  take_hook(args[5], &on_call_sync_);
}

void GuestRealm::deliver_notices() {
  Letter letter;
  while (!self()->stopping() && party()->take_letter(letter, kFirstNotice, kLastNotice)) {
    v8::HandleScope scope(isolate());
    deliver_letter(std::move(letter));
  }
}

bool GuestRealm::call_sync(uint32_t type, Parcel&& body, Parcel* reply) {
  v8::TryCatch caught(isolate());
  Local<Value> argv[] = {v8::Integer::NewFromUnsigned(isolate(), type), Local<Value>()};
  Local<Value> answer;
  Handover handover;
  const auto ask = [&] {
    return on_call_sync_.Get(isolate())
        ->Call(context(), v8::Undefined(isolate()), 2, argv)
        .ToLocal(&answer);
  };
  const auto give = [&] { return encode(*this, answer, Local<Value>(), reply, &handover); };
  // What was thrown instead: type 0 asks for an answer that says so, and why.
  const auto ask_for_failure = [&] {
    if (was_terminated(caught)) return false;
    argv[0] = v8::Integer::New(isolate(), 0);
    argv[1] = caught.Exception();
    caught.Reset();
    return ask();
  };
  const auto fail = [&] {
    if (!was_terminated(caught)) end_for(caught);
    return false;
  };
  if (on_call_sync_.IsEmpty()) return false;
  const bool readable = decode(*this, std::move(body)).ToLocal(&argv[1]);
  if (readable ? !ask() : !ask_for_failure()) return fail();
  if (!give()) {
    handover = Handover();
    if (!ask_for_failure() || !give()) return fail();
  }
  handover.commit(*this);
  return true;
}

void GuestRealm::deliver() {
  Realm::deliver(kDeliveries);
  if (main_.IsEmpty() || !has_served_ || self()->stopping()) return;
  // What a first call needs has run now: later interpreters find it compiled.
  v8::HandleScope scope(isolate());
  GuestCode::keep(kMain, main_.Get(isolate()));
  main_.Reset();
}

bool GuestRealm::must_yield() const { return self()->stopping() || self()->lock().waiting() != 0; }

void GuestRealm::run_timers() {
  if (!on_timer_.IsEmpty()) call_hook(on_timer_.Get(isolate()), 0, nullptr);
}

bool GuestRealm::take_up(Letter& letter, uint64_t* tag) {
  const bool stoppable = (letter.type & kStoppable) != 0;
  letter.type &= ~kStoppable;
  if (stoppable) {
    const std::optional<uint64_t> begun = self()->code().begin_call({letter.from, letter.id});
    *tag = begun.value_or(0);
    return begun.has_value();
  }
  if (letter.type >= kFirstRequest && letter.type <= kLastRequest) {
    has_served_ = true;
    self()->code().enter(kOtherCode);
  }
  return true;
}

void GuestRealm::call_hook(Local<v8::Function> hook, int argc, Local<Value> argv[]) {
  const bool returned = call_and_report(hook, argc, argv);
  if (self()->code().leave()) after_stop(returned);
}

void GuestRealm::after_stop(bool dropped) {
  if (self()->stopping()) return;
  // The engine does not come to them after a hook that was stopped.
  self()->code().enter(kOtherCode);
  isolate()->PerformMicrotaskCheckpoint();
  const bool stopped_again = self()->code().leave();
  if ((dropped || stopped_again) && !self()->stopping()) microtasks_dropped();
}

void GuestRealm::microtasks_dropped() {
  v8::HandleScope scope(isolate());
  if (on_microtasks_dropped_.IsEmpty()) return;
  (void)call_and_report(on_microtasks_dropped_.Get(isolate()), 0, nullptr);
  self()->code().leave();
}

bool GuestRealm::call_and_report(Local<v8::Function> hook, int argc, Local<Value> argv[]) {
  v8::TryCatch caught(isolate());
  if (!hook->Call(context(), v8::Undefined(isolate()), argc, argv).IsEmpty()) return true;
  if (was_terminated(caught)) return false;
  end_for(caught);
  return true;
}

// What user code throws is caught in JavaScript. So this is our own code that failed, on which the
// guest may have broken the language's built-ins: whoever waits for an answer would get none.
void GuestRealm::end_for(const v8::TryCatch& caught) {
  std::string text = "its own code failed";
  {
    v8::TryCatch inner(isolate());
    v8::String::Utf8Value message(isolate(), caught.Exception());
    if (*message != nullptr) text.append(": ").append(*message, message.length());
  }
  Local<v8::String> reason;
  if (!v8::String::NewFromUtf8(isolate(), text.c_str()).ToLocal(&reason)) {
    reason = v8::String::Empty(isolate());
  }
  self()->terminate(EndCause::kTerminated, encode_reason(*this, reason));
}

MaybeLocal<v8::Promise> GuestRealm::import(Local<v8::String> specifier, Local<Value> referrer,
                                           Local<v8::Array> attributes) {
  Local<Value> argv[] = {specifier, referrer, attributes};
  Local<Value> promise;
  if (!on_import_.Get(isolate())
           ->Call(context(), v8::Undefined(isolate()), 3, argv)
           .ToLocal(&promise)) {
    return {};
  }
  return promise.As<v8::Promise>();
}

void GuestRealm::import_meta(Local<v8::Object> meta, Local<v8::String> url) {
  Local<Value> argv[] = {meta, url};
  (void)on_import_meta_.Get(isolate())
      ->Call(context(), v8::Undefined(isolate()), 2, argv)
      .IsEmpty();
}

void GuestRealm::promise_rejected(const v8::PromiseRejectMessage& message) {
  const v8::PromiseRejectEvent event = message.GetEvent();
  const bool unhandled = event == v8::kPromiseRejectWithNoHandler;
  if (on_rejection_.IsEmpty() || (!unhandled && event != v8::kPromiseHandlerAddedAfterReject)) {
    return;
  }
  v8::HandleScope scope(isolate());
  v8::TryCatch caught(isolate());
  Local<Value> reason = message.GetValue();
  Local<Value> argv[] = {
      message.GetPromise(),
      reason.IsEmpty() ? v8::Undefined(isolate()).As<Value>() : reason,
      v8::Boolean::New(isolate(), unhandled),
  };
  {
    OwnCode::Scope ours(self()->code().own_code());
    (void)on_rejection_.Get(isolate())
        ->Call(context(), v8::Undefined(isolate()), 3, argv)
        .IsEmpty();
  }
  (void)self()->code().stop_what_was_put_off();
}

Local<v8::Object> GuestRealm::make_module_binding() {
  Local<v8::Object> binding = v8::Object::New(isolate());
  for (const NamedFunction& one : module_functions()) add_function(binding, one.name, one.call);
  for (const NamedFunction& one : module_file_functions()) {
    add_function(binding, one.name, one.call);
  }
  return binding;
}

std::vector<const std::vector<NamedFunction>*> GuestRealm::functions() const {
  auto all = Realm::functions();
  all.insert(all.end(), {&guest_functions(), &guest_function_functions(), &guest_text_functions(),
                         &guest_global_functions()});
  return all;
}

}  // namespace isolane

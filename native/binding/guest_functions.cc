#include "guest_functions.h"

#include <vector>

#include "guest_realm.h"

namespace isolane {

using v8::Local;
using v8::Value;

namespace {

GuestRealm& guest(Arguments args) { return static_cast<GuestRealm&>(Realm::of(args)); }

Interpreter& interpreter(Arguments args) { return *Realm::of(args).self(); }

// The binding is private to our own TypeScript; this keeps a slip there from being a crash.
bool all_strings(Arguments args, int count) {
  for (int i = 0; i < count; i++) {
    if (args[i]->IsString()) continue;
    args.GetIsolate()->ThrowException(
        v8::Exception::TypeError(literal(args.GetIsolate(), "a string is needed")));
    return false;
  }
  return true;
}

void set_guest_hooks(Arguments args) { guest(args).set_guest_hooks(args); }

void load_chunk(Arguments args) {
  if (!all_strings(args, 1)) return;
  guest(args).complete_binding();
  v8::String::Utf8Value name(args.GetIsolate(), args[0]);
  Local<Value> shared = args[1]->IsFunction() ? args[1] : Local<Value>();
  Local<Value> exports;
  if (guest(args).load_chunk(*name, shared).ToLocal(&exports)) args.GetReturnValue().Set(exports);
}

void module_binding(Arguments args) {
  args.GetReturnValue().Set(guest(args).make_module_binding());
}

void run_script_source(Arguments args) {
  if (!all_strings(args, 2)) return;
  Local<Value> result;
  if (run_script(
          args.GetIsolate()->GetCurrentContext(), args[0].As<v8::String>(),
          args[1].As<v8::String>(),
          args[2]->IsString() ? args[2].As<v8::String>() : v8::String::Empty(args.GetIsolate()))
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

uint64_t tag_of(Local<Value> value) {
  return value->IsNumber() ? static_cast<uint64_t>(value.As<v8::Number>()->Value()) : 0;
}

void current_call(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(interpreter(args).code().current_call()));
}

void end_call(Arguments args) { interpreter(args).code().calls().end(tag_of(args[0])); }

void enter_code(Arguments args) { interpreter(args).code().enter(tag_of(args[0])); }

void leave_code(Arguments args) { interpreter(args).code().leave(); }

void stop_put_off(Arguments args) {
  args.GetReturnValue().Set(interpreter(args).code().stop_what_was_put_off());
}

// Whether a call was told to stop, and is not over.
void is_cancelled(Arguments args) {
  args.GetReturnValue().Set(
      interpreter(args).code().calls().cancelled(tag_of(args[0])).has_value());
}

void collect_garbage(Arguments args) {
  // All of it, at once.
  args.GetIsolate()->MemoryPressureNotification(v8::MemoryPressureLevel::kCritical);
}

void set_timer(Arguments args) {
  const double ms = args[0]->IsNumber() ? args[0].As<v8::Number>()->Value() : -1;
  interpreter(args).set_timer(ms < 0 ? kForever : deadline_after_ms(ms));
}

void now(Arguments args) {
  args.GetReturnValue().Set(
      std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count());
}

void finish(Arguments args) { interpreter(args).finish(); }

}  // namespace

const std::vector<NamedFunction>& guest_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"setGuestHooks", set_guest_hooks, true},
      {"loadChunk", load_chunk, true},
      {"runScript", run_script_source, true},
      {"moduleBinding", module_binding},
      {"currentCall", current_call, true},
      {"endCall", end_call, true},
      {"enterCode", enter_code},
      {"leaveCode", leave_code},
      {"stopPutOff", stop_put_off, true},
      {"isCancelled", is_cancelled},
      {"collectGarbage", collect_garbage},
      {"setTimer", set_timer, true},
      {"now", now, true},
      {"finish", finish, true},
  };
  return *functions;
}

}  // namespace isolane

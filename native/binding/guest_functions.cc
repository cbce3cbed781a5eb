#include "guest_functions.h"

#include <string>
#include <utility>
#include <vector>

#include "../value/v8_compat.h"
#include "guest_code.h"
#include "guest_realm.h"

namespace isolane {

using v8::FunctionCallbackInfo;
using v8::Isolate;
using v8::Local;
using v8::Value;

using Arguments = const FunctionCallbackInfo<Value>&;

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

void set_guest_hooks(Arguments args) { guest(args).set_guest_hooks(args[0].As<v8::Object>()); }

void load_chunk(Arguments args) {
  if (!all_strings(args, 1)) return;
  Isolate* isolate = args.GetIsolate();
  v8::String::Utf8Value name(isolate, args[0]);
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> module = v8::Object::New(isolate);
  Local<Value> exports;
  if (GuestCode::run(context, *name, literal(isolate, "module"), module).IsEmpty() ||
      !module->Get(context, literal(isolate, "exports")).ToLocal(&exports)) {
    return;
  }
  args.GetReturnValue().Set(exports);
}

void run_script_source(Arguments args) {
  if (!all_strings(args, 2)) return;
  Local<Value> result;
  if (run_script(args.GetIsolate()->GetCurrentContext(), args[0].As<v8::String>(),
                 args[1].As<v8::String>())
          .ToLocal(&result)) {
    args.GetReturnValue().Set(result);
  }
}

void compile_module(Arguments args) {
  if (!all_strings(args, 2)) return;
  std::vector<Local<v8::String>> requests;
  if (!interpreter(args).modules().compile(args[0].As<v8::String>(), args[1].As<v8::String>(),
                                           &requests)) {
    return;
  }
  std::vector<Local<Value>> list(requests.begin(), requests.end());
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), list.data(), list.size()));
}

void synthetic_module(Arguments args) {
  if (!all_strings(args, 1) || !args[1]->IsObject()) return;
  (void)interpreter(args).modules().synthesize(args.GetIsolate()->GetCurrentContext(),
                                               args[0].As<v8::String>(), args[1].As<v8::Object>());
}

void link_module(Arguments args) {
  if (!all_strings(args, 3)) return;
  interpreter(args).modules().link(args[0].As<v8::String>(), args[1].As<v8::String>(),
                                   args[2].As<v8::String>());
}

void evaluate_module(Arguments args) {
  if (!all_strings(args, 1)) return;
  Local<v8::Promise> promise;
  if (interpreter(args)
          .modules()
          .evaluate(args.GetIsolate()->GetCurrentContext(), args[0].As<v8::String>())
          .ToLocal(&promise)) {
    args.GetReturnValue().Set(promise);
  }
}

uint64_t tag_of(Local<Value> value) {
  return value->IsNumber() ? static_cast<uint64_t>(value.As<v8::Number>()->Value()) : 0;
}

void current_call(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(interpreter(args).current_call()));
}

void end_call(Arguments args) { interpreter(args).end_call(tag_of(args[0])); }

void enter_code(Arguments args) { interpreter(args).enter_code(tag_of(args[0])); }

void leave_code(Arguments args) { interpreter(args).leave_code(); }

void set_timer(Arguments args) {
  const double ms = args[0]->IsNumber() ? args[0].As<v8::Number>()->Value() : -1;
  interpreter(args).set_timer(ms < 0 ? kForever : deadline_after_ms(ms));
}

void now(Arguments args) {
  args.GetReturnValue().Set(
      std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count());
}

void encode_utf8(Arguments args) {
  if (!all_strings(args, 1)) return;
  Isolate* isolate = args.GetIsolate();
  Local<v8::String> text = args[0].As<v8::String>();
  const size_t size = compat::utf8_length(isolate, text);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size != 0) compat::write_utf8(isolate, text, static_cast<char*>(buffer->Data()), size);
  args.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, size));
}

// The bytes of a buffer or view, without making a view's buffer if V8 has not.
struct Bytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

bool bytes_of(Local<Value> value, Bytes* bytes) {
  const auto all = [&](const std::shared_ptr<v8::BackingStore>& store, size_t offset, size_t size) {
    *bytes = {static_cast<const uint8_t*>(store->Data()) + offset, size};
    return true;
  };
  if (value->IsArrayBuffer()) {
    Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    return all(buffer->GetBackingStore(), 0, buffer->ByteLength());
  }
  if (value->IsSharedArrayBuffer()) {
    Local<v8::SharedArrayBuffer> buffer = value.As<v8::SharedArrayBuffer>();
    return all(buffer->GetBackingStore(), 0, buffer->ByteLength());
  }
  if (!value->IsArrayBufferView()) return false;
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  return all(view->Buffer()->GetBackingStore(), view->ByteOffset(), view->ByteLength());
}

bool is_ascii(const Bytes& bytes) {
  uint8_t all = 0;
  for (size_t i = 0; i < bytes.size; i++) all |= bytes.data[i];
  return all < 0x80;
}

// Whether the bytes are UTF-8 as the Encoding Standard has it: no overlong forms, no surrogates,
// nothing above U+10FFFF. (Unicode Standard, table 3-7.)
bool is_utf8(const Bytes& bytes) {
  const uint8_t* at = bytes.data;
  const uint8_t* const end = at + bytes.size;
  while (at != end) {
    const uint8_t lead = *at++;
    if (lead < 0x80) continue;
    int more;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    for (; more > 0; more--) {
      if (at == end || *at < low || *at > high) return false;
      at++;
      low = 0x80;
      high = 0xBF;
    }
  }
  return true;
}

void decode_utf8(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Bytes bytes;
  if (!bytes_of(args[0], &bytes)) {
    isolate->ThrowException(
        v8::Exception::TypeError(literal(isolate, "a buffer or a view of one is needed")));
    return;
  }
  if (bytes.size > static_cast<size_t>(v8::String::kMaxLength)) {
    isolate->ThrowException(
        v8::Exception::RangeError(literal(isolate, "the text is longer than a string can be")));
    return;
  }
  v8::MaybeLocal<v8::String> made;
  if (is_ascii(bytes)) {
    made = v8::String::NewFromOneByte(isolate, bytes.data, v8::NewStringType::kNormal,
                                      static_cast<int>(bytes.size));
  } else if (args[1]->IsTrue() && !is_utf8(bytes)) {
    isolate->ThrowException(v8::Exception::TypeError(
        literal(isolate, "The encoded data was not valid for encoding utf-8")));
    return;
  } else {
    made = v8::String::NewFromUtf8(isolate, reinterpret_cast<const char*>(bytes.data),
                                   v8::NewStringType::kNormal, static_cast<int>(bytes.size));
  }
  Local<v8::String> text;
  if (made.ToLocal(&text)) args.GetReturnValue().Set(text);
}

void finish(Arguments args) { interpreter(args).finish(); }

}  // namespace

const std::vector<NamedFunction>& guest_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"setGuestHooks", set_guest_hooks},
      {"loadChunk", load_chunk},
      {"runScript", run_script_source},
      {"compileModule", compile_module},
      {"syntheticModule", synthetic_module},
      {"linkModule", link_module},
      {"evaluateModule", evaluate_module},
      {"currentCall", current_call},
      {"endCall", end_call},
      {"enterCode", enter_code},
      {"leaveCode", leave_code},
      {"setTimer", set_timer},
      {"now", now},
      {"encodeUtf8", encode_utf8},
      {"decodeUtf8", decode_utf8},
      {"finish", finish},
  };
  return *functions;
}

}  // namespace isolane

#include "control.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "../isolate/letters.h"
#include "../value/decode.h"
#include "../value/encode.h"
#include "../value/reason.h"
#include "../value/tags.h"
#include "arguments.h"
#include "guest_code.h"
#include "guest_realm.h"
#include "node_guest.h"
#include "packed.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

constexpr auto kLongestDrain = std::chrono::seconds(2);
constexpr size_t kDrained = 256;  // between two looks at the clock

void set_hooks(Arguments args) { Realm::of(args).set_hooks(args); }

size_t size_or_unbounded(Local<Value> given) {
  const double size = number(given);
  return std::isinf(size) ? ChannelOptions::kUnbounded : static_cast<size_t>(size);
}

void create_channel(Arguments args) {
  Realm& realm = Realm::of(args);
  Isolate* isolate = args.GetIsolate();
  ChannelOptions options;
  options.capacity = size_or_unbounded(args[0]);
  options.name = text(isolate, args[1]);
  options.overflow = static_cast<Overflow>(args[2].As<v8::Uint32>()->Value());
  options.max_bytes = size_or_unbounded(args[3]);
  if (args[4]->IsTrue()) {
    options.losses =
        LossReport{realm.party()->id(), static_cast<uint32_t>(NativeLetter::kUndelivered)};
  }
  options.label = args[5].As<v8::Uint32>()->Value();
  Ref<Channel> channel = Channel::create(std::move(options));
  if (!channel) {
    isolate->ThrowException(v8::Exception::RangeError(
        literal(isolate, "there is no memory for a channel of this capacity")));
    return;
  }
  auto [sender, receiver] = Endpoint::pair(std::move(channel));
  Local<Value> seeds[] = {
      v8::Integer::NewFromUnsigned(isolate, realm.add_seed(std::move(sender))),
      v8::Integer::NewFromUnsigned(isolate, realm.add_seed(std::move(receiver))),
  };
  args.GetReturnValue().Set(v8::Array::New(isolate, seeds, 2));
}

// after(milliseconds) or, if args[1] is true, tick(milliseconds).
void create_timer(Arguments args) {
  Realm& realm = Realm::of(args);
  const double ms = number(args[0]);
  Ref<Channel> channel;
  if (args[1]->IsTrue()) {
    channel = Channel::tick(duration_of_ms(ms), kTagNumber);
  } else {
    channel = Channel::after(deadline_after_ms(ms), kTagNumber);
  }
  args.GetReturnValue().Set(realm.add_seed(Endpoint::receiver_of(std::move(channel))));
}

// Encodes args[first], with what args[first + 1] lists.
bool encode_argument(Arguments args, int first, Parcel* parcel, Handover* handover) {
  const Local<Value> transfer = args.Length() > first + 1 ? args[first + 1] : Local<Value>();
  return encode(Realm::of(args), args[first], transfer, parcel, handover);
}

void pack(Arguments args) {
  Parcel parcel;
  Handover handover;
  if (!encode_argument(args, 0, &parcel, &handover)) return;
  Local<v8::Object> packed = Realm::of(args).pack(std::move(parcel), std::move(handover));
  PackedMessage::behind(packed).commit();
  args.GetReturnValue().Set(packed);
}

void pack_offer(Arguments args) {
  Parcel parcel;
  Handover handover;
  if (!encode_argument(args, 0, &parcel, &handover)) return;
  args.GetReturnValue().Set(Realm::of(args).pack(std::move(parcel), std::move(handover)));
}

// (length, schema): of the record on the page.
void pack_record(Arguments args) {
  Realm& realm = Realm::of(args);
  Parcel parcel;
  const size_t length = args[0].As<v8::Uint32>()->Value();
  const uint32_t schema = args[1].As<v8::Uint32>()->Value();
  if (!encode_record(realm, realm.page().written(), length, schema, &parcel)) return;
  args.GetReturnValue().Set(realm.pack(std::move(parcel)));
}

// Whether a message can be made of args[0]: makes it, since only so it is certain, and drops it.
void is_shareable(Arguments args) {
  const v8::TryCatch caught(args.GetIsolate());
  Parcel parcel;
  Handover handover;
  args.GetReturnValue().Set(encode_argument(args, 0, &parcel, &handover));
}

void unpack(Arguments args) {
  Realm& realm = Realm::of(args);
  if (!realm.is_packed(args[0])) return;
  Local<Value> value;
  if (decode(realm, PackedMessage::behind(args[0]).take()).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

void has_taken(Arguments args) {
  if (!Realm::of(args).is_packed(args[0])) return;
  args.GetReturnValue().Set(PackedMessage::behind(args[0]).has_taken());
}

void clone(Arguments args) {
  Parcel parcel;
  Handover handover;
  if (!encode_argument(args, 0, &parcel, &handover)) return;
  handover.commit(Realm::of(args));
  Local<Value> value;
  if (decode(Realm::of(args), std::move(parcel)).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

void post(Arguments args) {
  Realm& realm = Realm::of(args);
  const uint64_t to = id_of(args[0]);
  Letter letter;
  letter.from = realm.party()->id();
  letter.type = static_cast<uint32_t>(number(args[1]));
  letter.id = id_of(args[2]);
  const CallKey key{letter.from, letter.id};
  const std::shared_ptr<Interpreter> interpreter = Interpreter::find(to);
  const std::shared_ptr<NodeGuest> guest =
      interpreter == nullptr ? NodeGuest::registry().find(to) : nullptr;
  Calls* calls = nullptr;
  if (args[5]->IsTrue()) {
    if (interpreter != nullptr) calls = &interpreter->code().calls();
    if (guest != nullptr) calls = &guest->code().calls();
  }
  if (calls != nullptr) {
    letter.type |= kStoppable;
    calls->expect(key, limits_of(args[6], args[7]));
  }
  Handover handover;
  if (!encode_argument(args, 3, &letter.body, &handover)) {
    if (calls != nullptr) calls->forget(key);
    return;
  }
  // By a getter in the body, say: who asked is told by a letter, and keeps what it would have
  // moved.
  if (calls != nullptr && calls->forget_cancelled(key)) return args.GetReturnValue().Set(true);
  bool posted = false;
  if (interpreter != nullptr) {
    posted = interpreter->post(std::move(letter));
  } else if (guest != nullptr) {
    posted = guest->post(std::move(letter));
  } else if (std::shared_ptr<Party> party = Party::registry().find(to)) {
    posted = party->post(std::move(letter));
  }
  if (calls != nullptr && !posted) calls->forget(key);
  if (posted) handover.commit(realm);
  args.GetReturnValue().Set(posted);
}

void cancel_call(Arguments args) {
  const CallKey key{Realm::of(args).party()->id(), id_of(args[1])};
  const uint64_t to = id_of(args[0]);
  bool cancelled = false;
  if (std::shared_ptr<Interpreter> interpreter = Interpreter::find(to)) {
    cancelled = interpreter->code().calls().cancel(key, CancelCause::kAborted);
  } else if (std::shared_ptr<NodeGuest> guest = NodeGuest::registry().find(to)) {
    cancelled = guest->code().calls().cancel(key, CancelCause::kAborted);
  }
  args.GetReturnValue().Set(cancelled);
}

void keep_alive(Arguments args) { Realm::of(args).hold(args[0]->IsTrue()); }

void awaits_others(Arguments args) { args.GetReturnValue().Set(Realm::of(args).awaits_others()); }

void drain(Arguments args) {
  // Guests that go on writing must not keep a process from its end.
  const Deadline latest = Clock::now() + kLongestDrain;
  Realm& realm = Realm::of(args);
  do {
    realm.deliver(kDrained);
  } while (realm.party()->has_mail() && Clock::now() < latest);
}

// Pairs of a type and a body. False with an exception pending if one cannot travel.
bool read_notices(Realm& realm, Local<v8::Array> pairs, std::vector<Letter>* notices) {
  Local<v8::Context> context = realm.context();
  for (uint32_t i = 0; i < pairs->Length(); i++) {
    Local<Value> pair;
    Local<Value> type;
    Local<Value> body;
    if (!pairs->Get(context, i).ToLocal(&pair) || !pair->IsArray() ||
        !pair.As<v8::Array>()->Get(context, 0).ToLocal(&type) ||
        !pair.As<v8::Array>()->Get(context, 1).ToLocal(&body)) {
      return false;
    }
    Letter letter;
    letter.from = realm.party()->id();
    letter.type = static_cast<uint32_t>(number(type));
    Handover handover;
    if (!encode(realm, body, Local<Value>(), &letter.body, &handover)) return false;
    handover.commit(realm);
    notices->push_back(std::move(letter));
  }
  return true;
}

void create_interpreter(Arguments args) {
  Realm& realm = Realm::of(args);
  Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  Local<v8::Object> given = args[0].As<v8::Object>();
  const auto get = [&](const char* name) -> Local<Value> {
    Local<Value> value;
    if (!given->Get(context, literal(isolate, name)).ToLocal(&value)) return v8::Null(isolate);
    return value;
  };
  InterpreterOptions options;
  options.name = text(isolate, get("name"));
  if (const double size = number(get("stackSize")); size > 0) {
    options.stack_size = static_cast<size_t>(size);
  }
  options.memory_limit = static_cast<size_t>(number(get("memoryLimit")));
  options.reserved = get("reserved")->IsTrue();
  // What is denied to an interpreter is denied to those that it creates.
  options.deny_modules = get("denyModules")->IsTrue() ||
                         (realm.self() != nullptr && realm.self()->options().deny_modules);
  // Whoever has a limit cannot get round it by interpreters of its own.
  const size_t own = realm.self() == nullptr ? 0 : realm.self()->options().memory_limit;
  if (own != 0 && (options.memory_limit == 0 || options.memory_limit > own)) {
    options.memory_limit = own;
  }
  options.parent = realm.party()->id();
  options.host = realm.host_id();
  options.make_guest = [platform = realm.platform()](Interpreter& interpreter,
                                                     Local<v8::Context> guest_context) {
    return GuestRealm::make(interpreter, guest_context, platform);
  };
  std::vector<Letter> notices;
  if (args[1]->IsArray() && !read_notices(realm, args[1].As<v8::Array>(), &notices)) return;
  int error = 0;
  std::shared_ptr<Interpreter> interpreter =
      Interpreter::start(realm.platform(), std::move(options), std::move(notices), &error);
  if (interpreter == nullptr) {
    const std::string why = std::string("the system has no thread for it: ") + uv_strerror(error) +
                            " (" + uv_err_name(error) + ")";
    isolate->ThrowException(v8::Exception::Error(literal(isolate, why.c_str())));
    return;
  }
  args.GetReturnValue().Set(static_cast<double>(interpreter->id()));
  realm.add_child(std::move(interpreter));
}

void terminate(Arguments args) {
  Reason reason = encode_reason(Realm::of(args), args[1]);
  const uint64_t id = id_of(args[0]);
  bool done = false;
  if (std::shared_ptr<Interpreter> interpreter = Interpreter::find(id)) {
    done = interpreter->terminate(EndCause::kTerminated, std::move(reason));
  } else if (std::shared_ptr<NodeGuest> guest = NodeGuest::registry().find(id)) {
    done = guest->terminate(EndCause::kTerminated, std::move(reason));
  }
  args.GetReturnValue().Set(done);
}

void claim(Arguments args) {
  std::shared_ptr<Interpreter> interpreter = Interpreter::find(id_of(args[0]));
  args.GetReturnValue().Set(interpreter != nullptr &&
                            interpreter->claim(text(args.GetIsolate(), args[1])));
}

const char* state_name(Interpreter::State state) {
  switch (state) {
    case Interpreter::State::kIdle:
      return "idle";
    case Interpreter::State::kRunning:
      return "running";
    case Interpreter::State::kBlocked:
      return "blocked";
    default:
      return "closed";
  }
}

void interpreters(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  std::map<uint64_t, Local<Value>> by_id;
  const auto add = [&](uint64_t id, const std::string& name, uint64_t parent,
                       Interpreter::State state, const char* runtime) {
    Local<v8::Object> info = v8::Object::New(isolate);
    const auto set = [&](const char* key, Local<Value> value) {
      info->Set(context, literal(isolate, key), value).Check();
    };
    set("id", v8::Number::New(isolate, static_cast<double>(id)));
    set("name", v8::String::NewFromUtf8(isolate, name.c_str()).ToLocalChecked());
    set("parent", v8::Number::New(isolate, static_cast<double>(parent)));
    set("state", literal(isolate, state_name(state)));
    set("runtime", literal(isolate, runtime));
    by_id.emplace(id, info);
  };
  for (const std::shared_ptr<Interpreter>& one : Interpreter::all()) {
    if (one->reserved()) continue;
    add(one->id(), one->name(), one->options().parent, one->state(), "v8");
  }
  NodeGuest::registry().for_each([&](const NodeGuest& guest) {
    add(guest.id(), guest.name(), guest.parent(), guest.state(), "node");
  });
  std::vector<Local<Value>> list;
  for (const auto& [id, info] : by_id) list.push_back(info);
  args.GetReturnValue().Set(v8::Array::New(isolate, list.data(), list.size()));
}

std::string channel_label(uint64_t id) {
  Ref<Channel> channel = Channel::registry().find(id);
  const std::string number = "channel " + std::to_string(id);
  return !channel || channel->name().empty() ? number : number + " (" + channel->name() + ")";
}

void lock_state(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  std::shared_ptr<Interpreter> interpreter = Interpreter::find(id_of(args[0]));
  // One that has closed its lock has ended, though not everybody may have been told yet.
  if (interpreter == nullptr || interpreter->lock().closed()) return;
  LocalInterpreterLock& lock = interpreter->lock();
  Local<v8::Object> state = v8::Object::New(isolate);
  const auto set = [&](const char* name, Local<Value> value) {
    state->Set(context, literal(isolate, name), value).Check();
  };
  // Not while it is made: nobody's code runs there yet.
  set("held", v8::Boolean::New(isolate, lock.holder() != 0));
  set("waiting", v8::Integer::NewFromUnsigned(isolate, lock.waiting()));
  set("waitedMs", v8::Number::New(isolate, lock.waited_ms()));
  if (interpreter->state() == Interpreter::State::kBlocked) {
    const uint64_t channel = interpreter->blocked_channel();
    const std::string where =
        channel == Interpreter::kSelect
            ? "select"
            : (interpreter->blocked_side() == Side::kSender ? "send to " : "receive from ") +
                  channel_label(channel);
    set("blockedIn", v8::String::NewFromUtf8(isolate, where.c_str()).ToLocalChecked());
  }
  args.GetReturnValue().Set(state);
}

void read_letter(Arguments args) {
  Local<Value> body;
  if (Realm::of(args).read_letter().ToLocal(&body)) args.GetReturnValue().Set(body);
}

void set_guest_folder(Arguments args) { GuestCode::set_folder(text(args.GetIsolate(), args[0])); }

}  // namespace

const std::vector<NamedFunction>& control_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"setHooks", set_hooks, true},
      {"createChannel", create_channel},
      {"createTimer", create_timer},
      {"pack", pack},
      {"packOffer", pack_offer},
      {"packRecord", pack_record},
      {"isShareable", is_shareable},
      {"unpack", unpack},
      {"hasTaken", has_taken},
      {"clone", clone},
      {"post", post, true},
      {"readLetter", read_letter, true},
      {"cancelCall", cancel_call},
      {"keepAlive", keep_alive},
      {"awaitsOthers", awaits_others},
      {"drain", drain},
      {"createInterpreter", create_interpreter},
      {"terminate", terminate},
      {"claim", claim},
      {"interpreters", interpreters},
      {"lockState", lock_state},
      {"setGuestFolder", set_guest_folder},
  };
  return *functions;
}

}  // namespace isolane

#include "endpoint_object.h"

#include <bit>
#include <limits>
#include <utility>

#include "../value/decode.h"
#include "../value/encode.h"
#include "../value/reason.h"
#include "../value/tags.h"
#include "class_template.h"
#include "packed.h"
#include "realm.h"
#include "record_functions.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

EndpointObject::EndpointObject(Realm& realm, Local<v8::Object> handle, Endpoint&& endpoint)
    : Wrapped(realm, handle),
      endpoint_(std::move(endpoint)),
      use_(realm.uses().of(*endpoint_.channel())) {
  if (endpoint_.open()) use_->add_handle(endpoint_.side());
}

EndpointObject::~EndpointObject() { release(); }

Status EndpointObject::put(Parcel& parcel) {
  return ended(endpoint_.open() ? channel().try_send(parcel) : Status::kClosed);
}

Status EndpointObject::wait_to_put(Parcel& parcel, double timeout_ms) {
  return ended(realm().block(endpoint_, deadline_after_ms(timeout_ms), [&](Deadline until) {
    return channel().send(parcel, realm().waiter(), until);
  }));
}

Status EndpointObject::take(Parcel& parcel) {
  return ended(endpoint_.open() ? channel().try_receive(parcel) : Status::kClosed);
}

Status EndpointObject::wait_to_take(Parcel& parcel, double timeout_ms) {
  return ended(realm().block(endpoint_, deadline_after_ms(timeout_ms), [&](Deadline until) {
    return channel().receive(parcel, realm().waiter(), until);
  }));
}

void EndpointObject::keep_distance() {
  channel().keep_distance(endpoint_.side(), realm().waiter());
}

size_t EndpointObject::put_words(uint8_t tag, std::span<const uint64_t> words) {
  ended(endpoint_.open() ? Status::kDone : Status::kClosed);
  size_t sent = 0;
  for (size_t more = 1; status_ == Status::kDone && more > 0 && sent < words.size(); sent += more) {
    more = channel().try_send_words(tag, words.subspan(sent), &status_);
  }
  return sent;
}

size_t EndpointObject::put_words(uint8_t tag, std::span<const uint64_t> words, double timeout_ms) {
  size_t sent = put_words(tag, words);
  if (status_ != Status::kWouldBlock) return sent;
  const Deadline deadline = deadline_after_ms(timeout_ms);
  do {
    // Waits with the next as a message by itself.
    Parcel next;
    next.set_word(tag, words[sent]);
    ended(realm().block(endpoint_, deadline, [&](Deadline until) {
      return channel().send(next, realm().waiter(), until);
    }));
    if (status_ != Status::kDone) return sent;
    ++sent;
    sent += put_words(tag, words.subspan(sent));
  } while (status_ == Status::kWouldBlock);
  return sent;
}

size_t EndpointObject::take_words(uint8_t tag, std::span<uint64_t> words) {
  ended(endpoint_.open() ? Status::kDone : Status::kClosed);
  size_t taken = 0;
  for (size_t more = 1; status_ == Status::kDone && more > 0 && taken < words.size();
       taken += more) {
    more = channel().try_receive_words(tag, words.subspan(taken), &status_);
  }
  return taken;
}

Status EndpointObject::arm(Parcel* message) {
  if (!endpoint_.open()) return ended(Status::kClosed);
  if (armed_) return Status::kWouldBlock;
  if (waiting_ == nullptr) waiting_ = std::make_unique<Waiting>(realm().party(), this);
  waiting_->waiter.reset();
  Case& own = waiting_->own;
  own.waiter = &waiting_->waiter;
  own.side = endpoint_.side();
  const bool carries = is_sender() && is_rendezvous();
  if (message != nullptr) own.weight = message->weight();
  if (carries) own.parcel = std::move(*message);
  const Status status = channel().arm(own);
  if (status == Status::kWouldBlock) {
    armed_.store(true, std::memory_order_release);
    hold();
    use_->begin_waiting(endpoint_.side());
  } else if (status == Status::kDone) {
    committed_ = is_rendezvous();
  } else if (carries) {
    *message = std::move(own.parcel);
  }
  return ended(status);
}

bool EndpointObject::leave(Parcel* message) {
  if (committed_) {
    committed_ = false;
    return true;
  }
  if (!armed_) return false;
  armed_.store(false, std::memory_order_relaxed);
  channel().disarm(waiting_->own);
  let_go();
  use_->end_waiting(endpoint_.side());
  if (waiting_->waiter.selected() == reinterpret_cast<uintptr_t>(&waiting_->own)) return true;
  if (is_sender() && is_rendezvous() && message != nullptr) {
    *message = std::move(waiting_->own.parcel);
  }
  return false;
}

Status EndpointObject::settle(Parcel* message) {
  if (leave(message)) {
    if (!is_sender()) *message = std::move(waiting_->own.parcel);
    return ended(Status::kDone);
  }
  // Moved away while it waited: whoever has it now goes on in its place.
  if (!endpoint_.open()) channel().pass_on(endpoint_.side());
  return is_sender() ? put(*message) : take(*message);
}

Status EndpointObject::withdraw(Parcel* message) {
  if (armed_) waiting_->waiter.try_select(Waiter::kAborted);
  const bool was_armed = armed_;
  if (leave(message)) {
    if (!is_sender()) *message = std::move(waiting_->own.parcel);
    return ended(Status::kDone);
  }
  if (was_armed && waiting_->waiter.selected() == Waiter::kRetry) {
    channel().pass_on(endpoint_.side());
  }
  return ended(Status::kWouldBlock);
}

void EndpointObject::abandon() {
  // The thread that owns this may come back in the middle of it: nothing here is taken away from it
  // that it could be using.
  if (armed_.load(std::memory_order_acquire)) {
    waiting_->waiter.try_select(Waiter::kAborted);
    channel().disarm(waiting_->own);
    if (waiting_->waiter.selected() == Waiter::kRetry) channel().pass_on(endpoint_.side());
  }
  endpoint_.close();
}

void EndpointObject::drop_contents() {
  armed_.store(false, std::memory_order_relaxed);  // abandoned before
  committed_ = false;
  waiting_.reset();
  use_ = ChannelUses::Reference();
  endpoint_ = Endpoint();
}

void EndpointObject::release() {
  if (armed_) {
    Parcel dropped;
    withdraw(&dropped);
  }
  if (endpoint_.open()) use_->drop_handle(endpoint_.side());
  endpoint_.close();
}

namespace {

EndpointObject& self(Arguments args) {
  // The signature of every method says that this is one of ours.
  return *static_cast<EndpointObject*>(Wrapped::behind(args.This()));
}

void give(Arguments args, Status status) {
  args.GetReturnValue().Set(static_cast<int32_t>(status));
}

double milliseconds(Local<Value> value) { return value.As<v8::Number>()->Value(); }

// Numbers go back without a handle.
void give_message(Arguments args, EndpointObject& endpoint, Status status, Parcel&& parcel) {
  if (status != Status::kDone) {
    args.GetReturnValue().Set(endpoint.realm().nothing());
    return;
  }
  switch (parcel.tag()) {
    case kTagNumber: {
      const double number = std::bit_cast<double>(parcel.word());
      int32_t integer;
      if (is_int32(number, &integer)) {
        args.GetReturnValue().Set(integer);
      } else {
        args.GetReturnValue().Set(number);
      }
      return;
    }
    case kTagRecord:
      endpoint.realm().page().receive(parcel);
      args.GetReturnValue().Set(endpoint.realm().record());
      return;
    default: {
      Local<Value> value;
      if (decode(endpoint.realm(), std::move(parcel)).ToLocal(&value)) {
        args.GetReturnValue().Set(value);
      }
    }
  }
}

// The same for a receive that was pending: our own code is to be done with that before any of the
// user's runs.
void give_pending(Arguments args, EndpointObject& endpoint, Status status, Parcel&& parcel) {
  if (status == Status::kDone && runs_code(parcel)) {
    args.GetReturnValue().Set(endpoint.realm().pack(std::move(parcel)));
  } else {
    give_message(args, endpoint, status, std::move(parcel));
  }
}

PackedMessage* packed_argument(Arguments args) {
  if (self(args).realm().is_packed(args[0])) return &PackedMessage::behind(args[0]);
  args.GetIsolate()->ThrowException(
      v8::Exception::TypeError(literal(args.GetIsolate(), "a packed message is needed")));
  return nullptr;
}

bool check_intact(PackedMessage& message) {
  if (message.intact()) return true;
  message.realm().isolate()->ThrowException(v8::Exception::TypeError(
      literal(message.realm().isolate(), "What was offered has been handed over meanwhile.")));
  return false;
}

template <class Operation>
void with_packed(Arguments args, bool sends, Operation&& operation) {
  PackedMessage* message = packed_argument(args);
  if (message == nullptr || !check_intact(*message)) return;
  const auto run = [&](Parcel& parcel) { return operation(self(args), &parcel); };
  const Status status = message->use(run, Status::kClosed);
  if (status == Status::kDone && sends) message->commit();
  give(args, status);
}

void construct(Arguments args) {
  Realm& realm = Realm::of(args);
  Endpoint endpoint;
  if (!args.IsConstructCall() || !realm.take_seed(args[0], &endpoint)) {
    return refuse_construction(args);
  }
  Wrapped::make<EndpointObject>(realm, args.This(), std::move(endpoint));
}

// Both look at the time, in milliseconds, only if they have to wait: to ask for it takes as long as
// the rest of an operation that goes at once.
Status put(EndpointObject& sender, Parcel& parcel, Local<Value> timeout) {
  const Status status = sender.put(parcel);
  if (status == Status::kWouldBlock && timeout->IsNumber()) {
    return sender.wait_to_put(parcel, milliseconds(timeout));
  }
  if (status == Status::kDone && timeout->IsNumber() && sender.count_in_a_row()) {
    sender.keep_distance();
  }
  return status;
}

Status take(EndpointObject& receiver, Parcel& parcel, Local<Value> timeout) {
  const Status status = receiver.take(parcel);
  if (status == Status::kWouldBlock && timeout->IsNumber()) {
    return receiver.wait_to_take(parcel, milliseconds(timeout));
  }
  if (status == Status::kDone && timeout->IsNumber() && receiver.count_in_a_row()) {
    receiver.keep_distance();
  }
  return status;
}

void put(Arguments args) {
  EndpointObject& sender = self(args);
  Parcel parcel;
  if (encode_number(args[0], &parcel)) return give(args, put(sender, parcel, args[1]));
  Handover handover;
  const Local<Value> transfer = args.Length() > 2 ? args[2] : Local<Value>();
  if (!encode(sender.realm(), args[0], transfer, &parcel, &handover)) return;
  const Status status = put(sender, parcel, args[1]);
  if (status == Status::kDone) handover.commit(self(args).realm());
  give(args, status);
}

// (value, transfer): where it would have to wait, the message to wait with.
void put_or_pack(Arguments args) {
  EndpointObject& sender = self(args);
  Realm& realm = sender.realm();
  Parcel parcel;
  Handover handover;
  if (!encode_number(args[0], &parcel) && !encode(realm, args[0], args[1], &parcel, &handover)) {
    return;
  }
  const Status status = sender.put(parcel);
  if (status == Status::kWouldBlock) {
    Local<v8::Object> packed = realm.pack(std::move(parcel), std::move(handover));
    PackedMessage::behind(packed).commit();
    return args.GetReturnValue().Set(packed);
  }
  if (status == Status::kDone) handover.commit(realm);
  give(args, status);
}

// (length, schema, timeout, value, first, second, count, inner): sends the record on the page.
// Without a schema it was made of `value` and the first `count` objects of `inner`, all of which
// have to be plain; a negative number if they are not.
void put_record(Arguments args) {
  EndpointObject& sender = self(args);
  Realm& realm = sender.realm();
  const uint32_t schema = args[1].As<v8::Uint32>()->Value();
  if (schema == 0 && !are_plain(realm, args, 3)) {
    return args.GetReturnValue().Set(-1);
  }
  Parcel parcel;
  const size_t length = args[0].As<v8::Uint32>()->Value();
  if (!encode_record(realm, realm.page().written(), length, schema, &parcel)) return;
  give(args, put(sender, parcel, args[2]));
}

// (count, timeout): sends the first numbers on the page; how many.
void put_numbers(Arguments args) {
  EndpointObject& sender = self(args);
  const std::span<const uint64_t> numbers =
      sender.realm().numbers_page().first(args[0].As<v8::Uint32>()->Value());
  const size_t sent = args[1]->IsNumber()
                          ? sender.put_words(kTagNumber, numbers, milliseconds(args[1]))
                          : sender.put_words(kTagNumber, numbers);
  args.GetReturnValue().Set(static_cast<uint32_t>(sent));
}

void put_packed(Arguments args) {
  with_packed(args, true, [&](EndpointObject& sender, Parcel* parcel) {
    return put(sender, *parcel, args[1]);
  });
}

void arm_sender(Arguments args) {
  with_packed(args, false,
              [](EndpointObject& sender, Parcel* parcel) { return sender.arm(parcel); });
}

void settle_sender(Arguments args) {
  with_packed(args, true,
              [](EndpointObject& sender, Parcel* parcel) { return sender.settle(parcel); });
}

void withdraw_sender(Arguments args) {
  with_packed(args, true,
              [](EndpointObject& sender, Parcel* parcel) { return sender.withdraw(parcel); });
}

void take(Arguments args) {
  EndpointObject& receiver = self(args);
  Parcel parcel;
  const Status status = take(receiver, parcel, args[0]);
  give_message(args, receiver, status, std::move(parcel));
}

// (most): receives as many numbers as there are, onto the page; how many.
void take_numbers(Arguments args) {
  EndpointObject& receiver = self(args);
  const std::span<uint64_t> numbers =
      receiver.realm().numbers_page().first(args[0].As<v8::Uint32>()->Value());
  args.GetReturnValue().Set(static_cast<uint32_t>(receiver.take_words(kTagNumber, numbers)));
}

void arm_receiver(Arguments args) { give(args, self(args).arm(nullptr)); }

void settle_receiver(Arguments args) {
  EndpointObject& receiver = self(args);
  Parcel parcel;
  Status status = receiver.settle(&parcel);
  if (status == Status::kWouldBlock && args[0]->IsNumber()) {
    status = receiver.wait_to_take(parcel, milliseconds(args[0]));
  }
  give_pending(args, receiver, status, std::move(parcel));
}

void withdraw_receiver(Arguments args) {
  Parcel parcel;
  const Status status = self(args).withdraw(&parcel);
  give_pending(args, self(args), status, std::move(parcel));
}

void status(Arguments args) { give(args, self(args).status()); }

void channel_id(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(self(args).channel().id()));
}

void schema(Arguments args) { args.GetReturnValue().Set(self(args).channel().label()); }

void name(Arguments args) {
  const std::string& text = self(args).channel().name();
  Local<v8::String> string;
  if (v8::String::NewFromUtf8(args.GetIsolate(), text.data(), v8::NewStringType::kNormal,
                              static_cast<int>(text.size()))
          .ToLocal(&string)) {
    args.GetReturnValue().Set(string);
  }
}

void capacity(Arguments args) {
  const size_t capacity = self(args).channel().capacity();
  args.GetReturnValue().Set(capacity == ChannelOptions::kUnbounded
                                ? std::numeric_limits<double>::infinity()
                                : static_cast<double>(capacity));
}

void size(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(self(args).channel().size()));
}

void channel_status(Arguments args) {
  Channel& channel = self(args).channel();
  give(args, channel.poisoned() ? Status::kPoisoned
             : channel.closed() ? Status::kClosed
                                : Status::kDone);
}

void is_open(Arguments args) { args.GetReturnValue().Set(self(args).endpoint().open()); }

void reason(Arguments args) {
  EndpointObject& endpoint = self(args);
  Local<Value> value;
  if (decode(endpoint.realm(), reason_parcel(endpoint.channel().reason())).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

void duplicate(Arguments args) {
  EndpointObject& endpoint = self(args);
  Local<v8::Object> made;
  if (endpoint.realm().make_endpoint(endpoint.endpoint().clone()).ToLocal(&made)) {
    args.GetReturnValue().Set(made);
  }
}

void release(Arguments args) { self(args).release(); }

void close_channel(Arguments args) {
  EndpointObject& endpoint = self(args);
  endpoint.channel().close(encode_reason(endpoint.realm(), args[0]));
}

void poison_channel(Arguments args) {
  EndpointObject& endpoint = self(args);
  endpoint.channel().poison(encode_reason(endpoint.realm(), args[0]));
}

struct Method {
  const char* name;
  v8::FunctionCallback call;
};

constexpr Method kBoth[] = {
    {"nativeStatus", status},
    {"nativeChannelId", channel_id},
    {"nativeSchema", schema},
    {"nativeName", name},
    {"nativeCapacity", capacity},
    {"nativeSize", size},
    {"nativeChannelStatus", channel_status},
    {"nativeIsOpen", is_open},
    {"nativeReason", reason},
    {"nativeDuplicate", duplicate},
    {"nativeRelease", release},
    {"nativeCloseChannel", close_channel},
    {"nativePoisonChannel", poison_channel},
};

constexpr Method kSenders[] = {
    {"nativePut", put},
    {"nativePutPacked", put_packed},
    {"nativePutOrPack", put_or_pack},
    {"nativePutRecord", put_record},
    {"nativePutNumbers", put_numbers},
    {"nativeArm", arm_sender},
    {"nativeSettle", settle_sender},
    {"nativeWithdraw", withdraw_sender},
};

constexpr Method kReceivers[] = {
    {"nativeTake", take},
    {"nativeTakeNumbers", take_numbers},
    {"nativeArm", arm_receiver},
    {"nativeSettle", settle_receiver},
    {"nativeWithdraw", withdraw_receiver},
};

template <size_t N>
Local<v8::FunctionTemplate> make_template(Isolate* isolate, Local<Value> data, const char* name,
                                          const Method (&methods)[N]) {
  Local<v8::FunctionTemplate> made = class_template(isolate, data, name, construct, 1);
  for (const Method& method : kBoth) add_method(isolate, made, method.name, method.call);
  for (const Method& method : methods) add_method(isolate, made, method.name, method.call);
  return made;
}

}  // namespace

Local<v8::FunctionTemplate> EndpointObject::sender_template(Isolate* isolate, Local<Value> data) {
  return make_template(isolate, data, "NativeSender", kSenders);
}

Local<v8::FunctionTemplate> EndpointObject::receiver_template(Isolate* isolate, Local<Value> data) {
  return make_template(isolate, data, "NativeReceiver", kReceivers);
}

}  // namespace isolane

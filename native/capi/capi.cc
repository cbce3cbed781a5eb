#include "capi.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "../core/clock.h"
#include "../core/endpoint.h"
#include "../core/parcel.h"
#include "../core/spin.h"
#include "../core/status.h"
#include "../core/waiter.h"
#include "exports.h"
#include "messages.h"

// The types that the header only names.

struct isolane_sender {
  isolane::Endpoint endpoint;
  isolane::ThreadWaiter waiter;
};

struct isolane_receiver {
  isolane::Endpoint endpoint;
  isolane::ThreadWaiter waiter;
  // For what is received next, so that a message that was taken is not lost for want of memory.
  std::unique_ptr<isolane::Message> spare;
};

namespace isolane {

namespace {

static_assert(int{ISOLANE_OK} == static_cast<int>(Status::kDone));
static_assert(int{ISOLANE_WOULD_BLOCK} == static_cast<int>(Status::kWouldBlock));
static_assert(int{ISOLANE_CLOSED} == static_cast<int>(Status::kClosed));
static_assert(int{ISOLANE_POISONED} == static_cast<int>(Status::kPoisoned));
static_assert(int{ISOLANE_TIMED_OUT} == static_cast<int>(Status::kTimedOut));
static_assert(int{ISOLANE_INTERRUPTED} == static_cast<int>(Status::kInterrupted));

isolane_status outward(Status status) { return static_cast<isolane_status>(status); }

const char* status_text(isolane_status status) {
  switch (status) {
    case ISOLANE_OK:
      return "done";
    case ISOLANE_WOULD_BLOCK:
      return "it would have to wait";
    case ISOLANE_CLOSED:
      return "the channel is closed";
    case ISOLANE_POISONED:
      return "the channel was poisoned";
    case ISOLANE_TIMED_OUT:
      return "the time is up";
    case ISOLANE_INTERRUPTED:
      return "the handle was interrupted";
    case ISOLANE_INVALID_ARGUMENT:
      return "an argument is not what it should be";
    case ISOLANE_NO_MEMORY:
      return "there is not enough memory";
    case ISOLANE_NOT_REPRESENTABLE:
      return "there is no JavaScript value for it";
  }
  return "unknown status";
}

// `Handle`: isolane_sender or isolane_receiver.

template <class Handle>
constexpr Side side_of();
template <>
constexpr Side side_of<isolane_sender>() {
  return Side::kSender;
}
template <>
constexpr Side side_of<isolane_receiver>() {
  return Side::kReceiver;
}

template <class Handle>
isolane_status claim(uint64_t token, Handle** handle) {
  if (handle == nullptr) return ISOLANE_INVALID_ARGUMENT;
  *handle = nullptr;
  std::unique_ptr<Handle> made(new (std::nothrow) Handle);
  if (made == nullptr) return ISOLANE_NO_MEMORY;
  if (!Exports::all().claim(token, side_of<Handle>(), &made->endpoint)) {
    return ISOLANE_INVALID_ARGUMENT;
  }
  *handle = made.release();
  return ISOLANE_OK;
}

template <class Handle>
isolane_status clone(Handle* handle, Handle** clone) {
  if (clone == nullptr) return ISOLANE_INVALID_ARGUMENT;
  *clone = nullptr;
  if (handle == nullptr) return ISOLANE_INVALID_ARGUMENT;
  auto* const made = new (std::nothrow) Handle;
  if (made == nullptr) return ISOLANE_NO_MEMORY;
  made->endpoint = handle->endpoint.clone();
  *clone = made;
  return ISOLANE_OK;
}

template <class Handle>
void close(Handle* handle) {
  delete handle;
}

template <class Handle>
isolane_status poison(Handle* handle, const char* text) {
  if (handle == nullptr) return ISOLANE_INVALID_ARGUMENT;
  Reason reason;
  if (text != nullptr) {
    Parcel parcel;
    const isolane_status encoded = encode_text(text, std::strlen(text), &parcel);
    if (encoded != ISOLANE_OK) return encoded;
    const Block* const block = parcel.block();
    const uint8_t* const bytes = block != nullptr ? block->bytes : parcel.inline_bytes();
    const size_t size = block != nullptr ? block->size : parcel.inline_length();
    // As native/value/reason.cc has it: a tag, a meta, and the bytes.
    reason = {parcel.tag(), 0};
    reason.insert(reason.end(), bytes, bytes + size);
  }
  handle->endpoint.channel()->poison(std::move(reason));
  return ISOLANE_OK;
}

template <class Handle>
void interrupt(Handle* handle) {
  if (handle != nullptr) handle->waiter.interrupt();
}

template <class Handle>
isolane_status info(const Handle* handle, isolane_info* info) {
  if (handle == nullptr || info == nullptr) return ISOLANE_INVALID_ARGUMENT;
  const Channel& channel = *handle->endpoint.channel();
  const bool unbounded = channel.capacity() == ChannelOptions::kUnbounded;
  info->id = channel.id();
  info->size = channel.size();
  info->capacity = unbounded ? std::numeric_limits<uint64_t>::max() : channel.capacity();
  info->closed = channel.closed();
  info->poisoned = channel.poisoned();
  return ISOLANE_OK;
}

// Tries `attempt`, and if that would have to wait, and may, `wait` with a deadline.
template <class Attempt, class Wait>
Status attempt_then_wait(const double* timeout_ms, Attempt&& attempt, Wait&& wait) {
  const Status status = attempt();
  if (status != Status::kWouldBlock || timeout_ms == nullptr) return status;
  const RunningParty running;
  return wait(*timeout_ms < 0 ? kForever : deadline_after_ms(*timeout_ms));
}

bool is_timeout(double ms) { return !std::isnan(ms); }

// `timeout_ms` is null for those who do not wait.
isolane_status send_or_try(isolane_sender* sender, isolane_value* value, const double* timeout_ms) {
  if (sender == nullptr || value == nullptr) return ISOLANE_INVALID_ARGUMENT;
  Message* const message = Message::of(*value);
  Parcel copy;
  if (message == nullptr) {
    const isolane_status encoded = encode(*value, &copy);
    if (encoded != ISOLANE_OK) return encoded;
  }
  Parcel& parcel = message == nullptr ? copy : message->parcel;
  Channel& channel = *sender->endpoint.channel();
  const Status status = attempt_then_wait(
      timeout_ms, [&] { return channel.try_send(parcel); },
      [&](Deadline deadline) { return channel.send(parcel, sender->waiter, deadline); });
  if (status == Status::kDone && message != nullptr) {
    delete message;
    *value = isolane_undefined();
  }
  return outward(status);
}

isolane_status receive_or_try(isolane_receiver* receiver, isolane_value* value,
                              const double* timeout_ms) {
  if (value == nullptr) return ISOLANE_INVALID_ARGUMENT;
  *value = isolane_undefined();
  if (receiver == nullptr) return ISOLANE_INVALID_ARGUMENT;
  if (receiver->spare == nullptr) receiver->spare.reset(new (std::nothrow) Message);
  if (receiver->spare == nullptr) return ISOLANE_NO_MEMORY;
  Parcel& parcel = receiver->spare->parcel;
  Channel& channel = *receiver->endpoint.channel();
  const Status status = attempt_then_wait(
      timeout_ms, [&] { return channel.try_receive(parcel); },
      [&](Deadline deadline) { return channel.receive(parcel, receiver->waiter, deadline); });
  if (status == Status::kDone && !show_simple(parcel, value)) {
    receiver->spare.release()->show(value);
  }
  return outward(status);
}

isolane_status try_send(isolane_sender* sender, isolane_value* value) {
  return send_or_try(sender, value, nullptr);
}

isolane_status send(isolane_sender* sender, isolane_value* value, double timeout_ms) {
  return is_timeout(timeout_ms) ? send_or_try(sender, value, &timeout_ms)
                                : ISOLANE_INVALID_ARGUMENT;
}

isolane_status try_receive(isolane_receiver* receiver, isolane_value* value) {
  return receive_or_try(receiver, value, nullptr);
}

isolane_status receive(isolane_receiver* receiver, isolane_value* value, double timeout_ms) {
  if (is_timeout(timeout_ms)) return receive_or_try(receiver, value, &timeout_ms);
  if (value != nullptr) *value = isolane_undefined();
  return ISOLANE_INVALID_ARGUMENT;
}

isolane_status adopt(void* data, size_t length, isolane_view view, isolane_free free, void* hint,
                     isolane_value* value) {
  if (value == nullptr) return ISOLANE_INVALID_ARGUMENT;
  *value = isolane_undefined();
  std::unique_ptr<Message> message(new (std::nothrow) Message);
  if (message == nullptr) return ISOLANE_NO_MEMORY;
  const isolane_status status = encode_adopted(data, length, view, free, hint, &message->parcel);
  if (status == ISOLANE_OK) message.release()->show(value);
  return status;
}

void release(isolane_value* value) {
  if (value == nullptr) return;
  delete Message::of(*value);
  *value = isolane_undefined();
}

}  // namespace

const isolane_api& capi() {
  static constexpr isolane_api kTable = {
      .version = ISOLANE_API_VERSION,
      .size = sizeof(isolane_api),
      .status_text = status_text,
      .claim_sender = claim<isolane_sender>,
      .claim_receiver = claim<isolane_receiver>,
      .sender_clone = clone<isolane_sender>,
      .receiver_clone = clone<isolane_receiver>,
      .sender_close = close<isolane_sender>,
      .receiver_close = close<isolane_receiver>,
      .sender_poison = poison<isolane_sender>,
      .receiver_poison = poison<isolane_receiver>,
      .sender_interrupt = interrupt<isolane_sender>,
      .receiver_interrupt = interrupt<isolane_receiver>,
      .sender_info = info<isolane_sender>,
      .receiver_info = info<isolane_receiver>,
      .try_send = try_send,
      .send = send,
      .try_receive = try_receive,
      .receive = receive,
      .adopt = adopt,
      .release = release,
  };
  return kTable;
}

}  // namespace isolane

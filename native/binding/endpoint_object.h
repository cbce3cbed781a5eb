// The native half of a Sender or Receiver of JavaScript: the data plane.
#pragma once

#include <v8.h>

#include <atomic>
#include <memory>
#include <span>

#include "../core/endpoint.h"
#include "../core/party.h"
#include "../core/waiter.h"
#include "channel_uses.h"
#include "wrapped.h"

namespace isolane {

// Operations that wait in the event loop go in steps: arm registers in the channel, the loop calls
// the `onReady` hook when the waiter was selected, settle does the operation or finds it done, and
// withdraw gives up. One at a time for each object; src/channel keeps the queue behind it.
class EndpointObject final : public Wrapped {
 public:
  EndpointObject(Realm& realm, v8::Local<v8::Object> handle, Endpoint&& endpoint);
  ~EndpointObject() override;

  static v8::Local<v8::FunctionTemplate> sender_template(v8::Isolate* isolate,
                                                         v8::Local<v8::Value> data);
  static v8::Local<v8::FunctionTemplate> receiver_template(v8::Isolate* isolate,
                                                           v8::Local<v8::Value> data);

  Endpoint& endpoint() { return endpoint_; }
  Channel& channel() { return *endpoint_.channel(); }
  Status status() const { return status_; }
  Status ended(Status status) { return status_ = status; }

  Status put(Parcel& parcel);
  Status take(Parcel& parcel);
  // Block this thread, as put() or take() would have to wait.
  Status wait_to_put(Parcel& parcel, double timeout_ms);
  Status wait_to_take(Parcel& parcel, double timeout_ms);
  // Of operations that may block and did not have to: true for one in so many, after which
  // Channel::keep_distance() is due.
  bool count_in_a_row() { return ++in_a_row_ % 16 == 0; }
  void keep_distance();

  // Channel::try_send_words() and try_receive_words(), again and again until the status says why
  // not more were sent or received.
  size_t put_words(uint8_t tag, std::span<const uint64_t> words);
  // Waits for room.
  size_t put_words(uint8_t tag, std::span<const uint64_t> words, double timeout_ms);
  size_t take_words(uint8_t tag, std::span<uint64_t> words);

  // For a sender `message` is what is to be sent; a receiver gets its message from settle and
  // withdraw. kDone from arm: settle now.
  Status arm(Parcel* message);
  Status settle(Parcel* message);
  Status withdraw(Parcel* message);

  void abandon() override;
  void drop_contents() override;
  void look_around() override { use_->look(); }

  // Gives up the handle, and the operation that waits through it.
  void release();

 private:
  // Made when first needed: most handles never wait in the loop.
  struct Waiting {
    explicit Waiting(std::shared_ptr<Party> party, EndpointObject* owner)
        : waiter(std::move(party), static_cast<Wrapped*>(owner)) {}
    LoopWaiter waiter;
    Case own;
  };
  bool is_rendezvous() { return channel().capacity() == 0; }
  bool is_sender() const { return endpoint_.side() == Side::kSender; }
  // Leaves the channel's list. Whether a rendezvous has been committed; if not, the message of a
  // sender is back in `message`.
  bool leave(Parcel* message);

  Endpoint endpoint_;
  ChannelUses::Reference use_;
  Status status_ = Status::kDone;
  uint32_t in_a_row_ = 0;
  std::unique_ptr<Waiting> waiting_;
  std::atomic<bool> armed_{false};
  bool committed_ = false;  // arm itself completed a rendezvous
};

}  // namespace isolane

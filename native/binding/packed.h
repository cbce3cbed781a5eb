// A message that was encoded once and waits to be sent.
#pragma once

#include <atomic>
#include <utility>

#include "../core/parcel.h"
#include "../value/encode.h"
#include "realm.h"
#include "wrapped.h"

namespace isolane {

class PackedMessage final : public Wrapped {
 public:
  // `handover`: what the message takes from its sender once it is sent.
  PackedMessage(Realm& realm, v8::Local<v8::Object> handle, Parcel&& message,
                Handover&& handover = Handover())
      : Wrapped(realm, handle), parcel_(std::move(message)), handover_(std::move(handover)) {}

  static PackedMessage& behind(v8::Local<v8::Value> handle) {
    return *static_cast<PackedMessage*>(Wrapped::behind(handle.As<v8::Object>()));
  }

  // Whether what it is to take is still the sender's to give.
  bool intact() const { return handover_.intact(realm()); }
  // It was sent, or will be sent by itself as soon as it can be.
  void commit() {
    has_taken_ = !handover_.empty();
    handover_.commit(realm());
    handover_ = Handover();
  }
  // Whether its sender lacks anything now.
  bool has_taken() const { return has_taken_; }

  // Calls `operation(Parcel&)` with the message, which nobody takes away meanwhile, or returns
  // `abandoned` if somebody has. The message is empty once it was sent or taken out.
  template <class Operation, class Result>
  Result use(Operation&& operation, Result abandoned) {
    State expected = State::kIdle;
    if (!state_.compare_exchange_strong(expected, State::kInUse, std::memory_order_acquire)) {
      return abandoned;
    }
    Result result = operation(parcel_);
    expected = State::kInUse;
    if (!state_.compare_exchange_strong(expected, State::kIdle, std::memory_order_acq_rel)) {
      parcel_.reset();
    }
    return result;
  }

  size_t weight() {
    return use([](Parcel& parcel) { return parcel.weight(); }, size_t{0});
  }
  // Empty if somebody has taken it away.
  Parcel take() {
    return use([](Parcel& parcel) { return std::move(parcel); }, Parcel());
  }
  void put_back(Parcel&& message) {
    (void)use([&](Parcel& parcel) { return parcel = std::move(message), true; }, false);
  }

  void abandon() override {
    // In use, its user drops it.
    if (state_.exchange(State::kAbandoned, std::memory_order_acq_rel) == State::kIdle) {
      parcel_.reset();
    }
  }

 private:
  enum class State : uint8_t { kIdle, kInUse, kAbandoned };

  std::atomic<State> state_{State::kIdle};
  Parcel parcel_;  // of whoever set the state to something else than kIdle
  Handover handover_;
  bool has_taken_ = false;
};

}  // namespace isolane

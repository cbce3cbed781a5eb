// A message that was encoded once and waits to be sent.
#pragma once

#include <atomic>
#include <utility>

#include "../core/parcel.h"
#include "wrapped.h"

namespace isolane {

class PackedMessage final : public Wrapped {
 public:
  PackedMessage(Realm& realm, v8::Local<v8::Object> handle, Parcel&& message)
      : Wrapped(realm, handle), parcel_(std::move(message)) {}

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
};

}  // namespace isolane

// What keeps a call from being stopped in the midst of an interpreter's own JavaScript.
#pragma once

#include <v8.h>

#include <memory>

#include "../core/clock.h"

namespace isolane {

// Our own JavaScript keeps things that outlive a call: timers, what waits in channels, who is to be
// answered. Where it changes them it says so in memory that both sides share, which costs it two
// stores; a stop that finds it at that is put off, and asked for again when it is done
// (src/binding/own-code.ts).
//
// Only inside the interpreter.
class OwnCode {
 public:
  // The memory, for JavaScript: two numbers, which are not 0 while our own code runs, and when a
  // stop was put off meanwhile. Once.
  v8::Local<v8::Int32Array> share(v8::Isolate* isolate);

  // Whether a stop has to wait, which is noted. Not for ever, should user code run where only ours
  // ought to.
  bool puts_off();
  // Whether a stop waits for our own code, so that this should not wait for anything itself.
  bool has_put_off() const { return numbers_ != nullptr && numbers_[kRuns] && numbers_[kPutOff]; }
  // Whether a stop was put off that is to be asked for again now.
  bool takes_up() {
    if (get(kRuns) != 0 || get(kPutOff) == 0) return false;
    set(kPutOff, 0);
    return true;
  }
  // Nothing runs any more, wherever it was stopped.
  void reset() {
    set(kRuns, 0);
    set(kPutOff, 0);
  }
  // Before the engine goes.
  void close();

  // Around code of ours that native code calls in the midst of user code.
  class Scope {
   public:
    explicit Scope(OwnCode& code) : code_(code), before_(code.get(kRuns)) { code.set(kRuns, 1); }
    ~Scope() { code_.set(kRuns, before_); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    OwnCode& code_;
    const int32_t before_;
  };

 private:
  enum Place { kRuns, kPutOff, kCount };

  int32_t get(Place place) const { return numbers_ == nullptr ? 0 : numbers_[place]; }
  void set(Place place, int32_t value) {
    if (numbers_ != nullptr) numbers_[place] = value;
  }

  std::shared_ptr<v8::BackingStore> memory_;
  int32_t* numbers_ = nullptr;
  Clock::time_point put_off_at_;
};

}  // namespace isolane

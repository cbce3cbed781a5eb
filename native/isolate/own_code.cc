#include "own_code.h"

namespace isolane {

namespace {

// Our own code takes microseconds; loading more of it, a few milliseconds.
constexpr auto kPatience = std::chrono::milliseconds(250);

}  // namespace

v8::Local<v8::Int32Array> OwnCode::share(v8::Isolate* isolate) {
  v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, kCount * sizeof(int32_t));
  memory_ = buffer->GetBackingStore();
  numbers_ = static_cast<int32_t*>(memory_->Data());
  return v8::Int32Array::New(buffer, 0, kCount);
}

bool OwnCode::puts_off() {
  if (get(kRuns) == 0) return false;
  const Clock::time_point now = Clock::now();
  if (get(kPutOff) == 0) {
    set(kPutOff, 1);
    put_off_at_ = now;
  }
  return now - put_off_at_ < kPatience;
}

void OwnCode::close() {
  numbers_ = nullptr;
  memory_.reset();
}

}  // namespace isolane

// The CPU profiles that are being recorded of one interpreter.
#pragma once

#include <v8-profiler.h>
#include <v8.h>

#include <chrono>
#include <cstdint>
#include <map>

#include "../core/clock.h"

namespace isolane {

// V8 samples the interpreter's own thread whenever an interval has passed, if that thread is
// inside. An idle thread is outside; so that this time is not taken for the function that was
// sampled last, the loop says when it is idle, once that has lasted an interval.
//
// Only on the interpreter's own thread, and inside the interpreter.
class CpuProfiles {
 public:
  CpuProfiles() = default;
  CpuProfiles(const CpuProfiles&) = delete;
  CpuProfiles& operator=(const CpuProfiles&) = delete;

  // A number for stop(); 0 if it could not be started.
  uint32_t start(v8::Isolate* isolate, std::chrono::microseconds interval);
  // Writes the profile. False if there is none of that number.
  bool stop(v8::Isolate* isolate, uint32_t number, v8::OutputStream* stream);
  bool recording() const { return !recordings_.empty(); }
  // Drops what is being recorded; necessary before the isolate is disposed of.
  void stop_all(v8::Isolate* isolate);

  // Outside too: until when the loop may wait before it has to call sleep().
  Deadline patience() const;
  // Something is recorded, and there is nothing to do, or something again. Both may be called any
  // number of times.
  void sleep(v8::Isolate* isolate);
  void wake(v8::Isolate* isolate);

 private:
  struct Recording {
    v8::CpuProfiler* profiler;  // of its own, since a profiler has one interval
    v8::ProfilerId id;
  };

  std::map<uint32_t, Recording> recordings_;
  uint32_t last_number_ = 0;
  std::chrono::microseconds shortest_{};  // no interval is shorter
  bool asleep_ = false;  // with nothing to do, and whatever is recorded has seen it
};

}  // namespace isolane

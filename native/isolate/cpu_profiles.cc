#include "cpu_profiles.h"

#include <algorithm>

namespace isolane {

namespace {

// V8 writes the time between two samples as 32 bits of microseconds: 35 minutes at most.
constexpr auto kLongestGap = std::chrono::minutes(30);

}  // namespace

uint32_t CpuProfiles::start(v8::Isolate* isolate, std::chrono::microseconds interval) {
  wake(isolate);
  v8::CpuProfiler* profiler = v8::CpuProfiler::New(isolate);
  profiler->SetSamplingInterval(static_cast<int>(interval.count()));
  const v8::CpuProfilingResult started =
      profiler->Start(v8::CpuProfilingOptions(v8::kLeafNodeLineNumbers));
  if (started.status != v8::CpuProfilingStatus::kStarted) {
    profiler->Dispose();
    return 0;
  }
  shortest_ = recordings_.empty() ? interval : std::min(shortest_, interval);
  recordings_.emplace(++last_number_, Recording{profiler, started.id});
  return last_number_;
}

bool CpuProfiles::stop(v8::Isolate* isolate, uint32_t number, v8::OutputStream* stream) {
  const auto found = recordings_.find(number);
  if (found == recordings_.end()) return false;
  wake(isolate);  // without a profile V8 would not listen
  const Recording recording = found->second;
  recordings_.erase(found);
  v8::CpuProfile* profile = recording.profiler->Stop(recording.id);
  if (profile != nullptr) {
    if (stream != nullptr) profile->Serialize(stream);
    profile->Delete();
  }
  recording.profiler->Dispose();
  return true;
}

void CpuProfiles::stop_all(v8::Isolate* isolate) {
  while (!recordings_.empty()) stop(isolate, recordings_.begin()->first, nullptr);
}

Deadline CpuProfiles::patience() const {
  if (recordings_.empty()) return kForever;
  return asleep_ ? Clock::now() + kLongestGap : Clock::now() + shortest_;
}

void CpuProfiles::sleep(v8::Isolate* isolate) {
  asleep_ = true;
  isolate->SetIdle(true);
  v8::CpuProfiler::CollectSample(isolate);
}

void CpuProfiles::wake(v8::Isolate* isolate) {
  if (!asleep_) return;
  asleep_ = false;
  isolate->SetIdle(false);
  v8::CpuProfiler::CollectSample(isolate);
}

}  // namespace isolane

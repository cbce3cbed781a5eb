#pragma once

#include <cstdint>
#include <thread>

#if defined(_MSC_VER)
#include <intrin.h>
#endif

namespace isolane {

// Tells the core that this is a busy wait: saves power, and leaves the execution units to the
// other hardware thread.
inline void cpu_relax() {
#if defined(_MSC_VER) && (defined(_M_X64) || defined(_M_IX86))
  _mm_pause();
#elif defined(_MSC_VER) && defined(_M_ARM64)
  __yield();
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  // `yield` is a no-op on most arm64 cores; `isb` waits about as long as x86's `pause`.
  __asm__ __volatile__("isb" ::: "memory");
#endif
}

// Waits for another thread to finish a step that takes it nanoseconds, unless it lost its core
// between two instructions: pauses twice as long each time, then offers this core.
class Backoff {
 public:
  void wait() {
    if (step_ >= kPauses) {
      std::this_thread::yield();
      return;
    }
    for (uint32_t i = 0; i < (1u << step_); ++i) cpu_relax();
    ++step_;
  }

 private:
  static constexpr uint32_t kPauses = 6;
  uint32_t step_ = 0;
};

}  // namespace isolane

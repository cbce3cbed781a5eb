#include "timed.h"

namespace isolane {

Parcel moment_parcel(Clock::time_point when, uint8_t tag) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  const Milliseconds ago = Clock::now() - when;
  const Milliseconds now = std::chrono::system_clock::now().time_since_epoch();
  const double moment = (now - ago).count();
  uint64_t bits;
  std::memcpy(&bits, &moment, sizeof bits);
  Parcel parcel;
  parcel.set_word(tag, bits);
  return parcel;
}

}  // namespace isolane

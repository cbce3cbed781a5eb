#include "timed.h"

namespace isolane {

Calendar::Calendar(uint8_t tag)
    : epoch_(Milliseconds(std::chrono::system_clock::now().time_since_epoch()) -
             Milliseconds(Clock::now().time_since_epoch())),
      tag_(tag) {}

Parcel Calendar::moment(Clock::time_point when) const {
  const double ms = (epoch_ + Milliseconds(when.time_since_epoch())).count();
  uint64_t bits;
  std::memcpy(&bits, &ms, sizeof bits);
  Parcel parcel;
  parcel.set_word(tag_, bits);
  return parcel;
}

}  // namespace isolane

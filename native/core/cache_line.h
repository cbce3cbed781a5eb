#pragma once

#include <cstddef>

namespace isolane {

// How far apart fields are kept that different threads write. 128 and not 64: Apple's arm64 cores
// have lines of 128 bytes, and x86-64 prefetches lines in adjacent pairs.
// (std::hardware_destructive_interference_size may differ between compilations, which would make
// it part of the ABI between the addon's own files.)
constexpr size_t kCacheLine = 128;

}  // namespace isolane

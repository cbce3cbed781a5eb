// Memory that neither an engine nor this library has allocated, on its way in a parcel
// (kTagForeignBytes). Knows no engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "../core/parcel.h"

namespace isolane {

struct ForeignBytes final : Attachment {
  using Free = void (*)(void* data, void* hint);

  ForeignBytes(uint8_t* data, size_t size, Free free, void* hint)
      : data(data), size(size), free(free), hint(hint) {}
  ~ForeignBytes() override { free(data, hint); }
  size_t weight() const override { return size; }
  std::span<uint8_t> bytes() const override { return {data, size}; }

  uint8_t* const data;
  const size_t size;
  const Free free;
  void* const hint;
};

}  // namespace isolane

// Messages as native code sees them (isolane_value), and what native code makes of them again.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../expect.h"
#include "../input.h"
#include "capi/messages.h"
#include "value/foreign_bytes.h"
#include "value/tags.h"

namespace isolane::fuzz {
namespace {

// A buffer that was handed over.
class MovedBuffer final : public Attachment {
 public:
  explicit MovedBuffer(size_t size) : bytes_(size) {}
  std::span<uint8_t> bytes() const override {
    return {const_cast<uint8_t*>(bytes_.data()), bytes_.size()};
  }

 private:
  const std::vector<uint8_t> bytes_;
};

void fill(Parcel* parcel, Tag tag, uint32_t meta, std::span<const uint8_t> bytes) {
  if (bytes.size() <= Parcel::kInlineCapacity) {
    uint8_t* const out = parcel->set_inline(tag, bytes.size(), meta);
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return;
  }
  std::unique_ptr<Block> block = Block::allocate(bytes.size());
  std::memcpy(block->bytes, bytes.data(), bytes.size());
  parcel->set_block(tag, std::move(block), meta);
}

void fill_moved(Parcel* parcel, uint32_t meta, size_t size, std::span<const uint8_t> bytes) {
  MovedExtent extent{0, 0};
  std::memcpy(&extent, bytes.data(), std::min(bytes.size(), sizeof extent));
  std::unique_ptr<Block> block = Block::allocate(sizeof extent);
  std::memcpy(block->bytes, &extent, sizeof extent);
  block->attachments.push_back(std::make_unique<MovedBuffer>(size));
  parcel->set_block(kTagMovedBytes, std::move(block), meta);
}

void fill_parcel(Parcel* parcel, Input input) {
  const auto tag = static_cast<Tag>(input.below(kTagForeignBytes + 1));
  const uint32_t meta = input.byte();
  const size_t size = input.two_bytes();
  const std::span<const uint8_t> bytes = input.rest();
  switch (tag) {
    case kTagOneByte:
    case kTagTwoByte:
    case kTagBytes:
    case kTagSerialized:
    case kTagRecord:
      return fill(parcel, tag, meta, bytes);
    case kTagMovedBytes:
      return fill_moved(parcel, meta, size, bytes);
    case kTagForeignBytes: {
      std::unique_ptr<Block> block = Block::allocate(0);
      block->attachments.push_back(std::make_unique<ForeignBytes>(
          static_cast<uint8_t*>(std::calloc(1, size + 1)), size,
          [](void* data, void*) { std::free(data); }, nullptr));
      return parcel->set_block(tag, std::move(block), meta);
    }
    default: {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
      return parcel->set_word(tag, word);
    }
  }
}

// Reads every byte, for the sanitizers.
uint8_t sum(const void* data, size_t size) {
  uint8_t all = 0;
  for (size_t i = 0; i < size; i++)
    all = static_cast<uint8_t>(all + static_cast<const uint8_t*>(data)[i]);
  return all;
}

// What is shown of a value, which has to last longer than its owner.
struct Shown {
  explicit Shown(const isolane_value& value) : value(value) {
    if (value.kind == ISOLANE_STRING) {
      content.assign(value.as.string.data, value.as.string.length);
      EXPECT(value.as.string.data[value.as.string.length] == '\0');
    } else if (value.kind == ISOLANE_BYTES) {
      content.assign(static_cast<const char*>(value.as.bytes.data), value.as.bytes.length);
    }
  }
  bool operator==(const Shown& other) const {
    if (value.kind != other.value.kind) return false;
    switch (value.kind) {
      case ISOLANE_BOOLEAN:
        return value.as.boolean == other.value.as.boolean;
      case ISOLANE_INT32:
        return value.as.int32 == other.value.as.int32;
      case ISOLANE_DOUBLE:  // NaN is no other than itself
        return std::memcmp(&value.as.number, &other.value.as.number, sizeof(double)) == 0;
      case ISOLANE_INT64:
        return value.as.int64 == other.value.as.int64;
      case ISOLANE_BYTES:
        return value.view == other.value.view && content == other.content;
      default:
        return content == other.content;
    }
  }
  isolane_value value;
  std::string content;
};

Shown show(Message& message) {
  isolane_value value;
  if (!show_simple(message.parcel, &value)) message.show(&value);
  if (value.kind == ISOLANE_BYTES) sum(value.as.bytes.data, value.as.bytes.length);
  return Shown(value);
}

}  // namespace
}  // namespace isolane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace isolane;
  using namespace isolane::fuzz;
  Message message;
  fill_parcel(&message.parcel, Input({data, size}));
  const Shown shown = show(message);
  if (shown.value.kind == ISOLANE_OTHER) return 0;

  isolane_value copy = shown.value;
  copy.owner = nullptr;
  if (copy.kind == ISOLANE_STRING) copy.as.string.data = shown.content.data();
  Message again;
  const isolane_status status = encode(copy, &again.parcel);
  // Of a kind that there is not, or no whole elements.
  if (status == ISOLANE_INVALID_ARGUMENT && copy.kind == ISOLANE_BYTES) return 0;
  EXPECT(status == ISOLANE_OK);
  EXPECT(show(again) == shown);
  return 0;
}

#include "messages.h"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "../value/foreign_bytes.h"
#include "../value/tags.h"
#include "utf8.h"

namespace isolane {

namespace {

// The engine's limits, the least of those of all its versions that there are binaries for: it
// would end the process, or fail where the message arrives.
constexpr size_t kLongestText = (size_t{1} << 29) - 24;
constexpr size_t kMostBytes = size_t{1} << 32;

static_assert(int{ISOLANE_ARRAY_BUFFER} == int{kArrayBuffer});
static_assert(int{ISOLANE_UINT8_ARRAY} == int{kUint8Array});
static_assert(int{ISOLANE_UINT8_CLAMPED_ARRAY} == int{kUint8ClampedArray});
static_assert(int{ISOLANE_INT8_ARRAY} == int{kInt8Array});
static_assert(int{ISOLANE_UINT16_ARRAY} == int{kUint16Array});
static_assert(int{ISOLANE_INT16_ARRAY} == int{kInt16Array});
static_assert(int{ISOLANE_UINT32_ARRAY} == int{kUint32Array});
static_assert(int{ISOLANE_INT32_ARRAY} == int{kInt32Array});
static_assert(int{ISOLANE_FLOAT32_ARRAY} == int{kFloat32Array});
static_assert(int{ISOLANE_FLOAT64_ARRAY} == int{kFloat64Array});
static_assert(int{ISOLANE_BIGINT64_ARRAY} == int{kBigInt64Array});
static_assert(int{ISOLANE_BIGUINT64_ARRAY} == int{kBigUint64Array});
static_assert(int{ISOLANE_DATA_VIEW} == int{kDataView});
static_assert(int{ISOLANE_FLOAT16_ARRAY} == int{kFloat16Array});

// Bytes of one element; 0 if that is no view.
size_t element_size(int32_t view) {
  switch (view) {
    case ISOLANE_ARRAY_BUFFER:
    case ISOLANE_UINT8_ARRAY:
    case ISOLANE_UINT8_CLAMPED_ARRAY:
    case ISOLANE_INT8_ARRAY:
    case ISOLANE_DATA_VIEW:
      return 1;
    case ISOLANE_UINT16_ARRAY:
    case ISOLANE_INT16_ARRAY:
    case ISOLANE_FLOAT16_ARRAY:
      return 2;
    case ISOLANE_UINT32_ARRAY:
    case ISOLANE_INT32_ARRAY:
    case ISOLANE_FLOAT32_ARRAY:
      return 4;
    case ISOLANE_FLOAT64_ARRAY:
    case ISOLANE_BIGINT64_ARRAY:
    case ISOLANE_BIGUINT64_ARRAY:
      return 8;
    default:
      return 0;
  }
}

isolane_status check_bytes(const void* data, size_t length, int32_t view) {
  const size_t element = element_size(view);
  if (element == 0 || length % element != 0) return ISOLANE_INVALID_ARGUMENT;
  if (data == nullptr && length != 0) return ISOLANE_INVALID_ARGUMENT;
  return length > kMostBytes ? ISOLANE_NOT_REPRESENTABLE : ISOLANE_OK;
}

// Room for `size` bytes, in the cell or in a block of their own; nullptr when memory is out.
uint8_t* make_room(Parcel* parcel, Tag tag, size_t size, uint32_t meta = 0) {
  if (size <= Parcel::kInlineCapacity) return parcel->set_inline(tag, size, meta);
  std::unique_ptr<Block> block = Block::allocate(size);
  if (block == nullptr) return nullptr;
  uint8_t* const bytes = block->bytes;
  parcel->set_block(tag, std::move(block), meta);
  return bytes;
}

isolane_status encode_bytes(const void* data, size_t length, int32_t view, Parcel* parcel) {
  const isolane_status checked = check_bytes(data, length, view);
  if (checked != ISOLANE_OK) return checked;
  uint8_t* const out = make_room(parcel, kTagBytes, length, static_cast<uint32_t>(view));
  if (out == nullptr) return ISOLANE_NO_MEMORY;
  if (length != 0) std::memcpy(out, data, length);
  return ISOLANE_OK;
}

std::span<uint8_t> contents(Parcel& parcel) {
  if (Block* const block = parcel.block()) {
    // The characters of a long string that JavaScript has sent.
    if (!block->attachments.empty()) return block->attachments[0]->bytes();
    return {block->bytes, block->size};
  }
  return {const_cast<uint8_t*>(parcel.inline_bytes()), parcel.inline_length()};
}

// The part of the attached memory that the view showed; nothing of it if it was made smaller since,
// as for JavaScript.
std::span<uint8_t> moved_contents(const Block& block) {
  MovedExtent extent;
  std::memcpy(&extent, block.bytes, sizeof extent);
  const std::span<uint8_t> whole = block.attachments[0]->bytes();
  if (extent.offset > whole.size() || extent.length > whole.size() - extent.offset) return {};
  return whole.subspan(static_cast<size_t>(extent.offset), static_cast<size_t>(extent.length));
}

}  // namespace

Message::~Message() { std::free(long_text_); }

void Message::show(isolane_value* value) {
  *value = isolane_undefined();
  value->owner = this;
  value->kind = ISOLANE_OTHER;
  switch (parcel.tag()) {
    case kTagOneByte:
    case kTagTwoByte:
      if (show_text(value)) value->kind = ISOLANE_STRING;
      return;
    case kTagBytes:
    case kTagMovedBytes:
    case kTagForeignBytes:
      value->kind = ISOLANE_BYTES;
      return show_bytes(value);
    default:
      return;
  }
}

bool Message::show_text(isolane_value* value) {
  const std::span<uint8_t> units = contents(parcel);
  const bool one_byte = parcel.tag() == kTagOneByte;
  const auto* const two_byte = reinterpret_cast<const uint16_t*>(units.data());
  const size_t length = units.size() / sizeof(uint16_t);
  const size_t size =
      one_byte ? utf8_size(units.data(), units.size()) : utf8_size(two_byte, length);
  char* out = short_text_;
  if (size >= sizeof short_text_) {
    out = long_text_ = static_cast<char*>(std::malloc(size + 1));
    if (out == nullptr) return false;
  }
  one_byte ? to_utf8(units.data(), units.size(), out) : to_utf8(two_byte, length, out);
  out[size] = '\0';
  value->as.string = {out, size};
  return true;
}

void Message::show_bytes(isolane_value* value) {
  std::span<uint8_t> bytes;
  if (parcel.tag() == kTagBytes) {
    bytes = contents(parcel);
  } else if (parcel.tag() == kTagMovedBytes) {
    bytes = moved_contents(*parcel.block());
  } else {
    bytes = parcel.block()->attachments[0]->bytes();
  }
  value->view = static_cast<int32_t>(parcel.meta());
  value->as.bytes = {bytes.data(), bytes.size()};
}

bool show_simple(const Parcel& parcel, isolane_value* value) {
  switch (parcel.tag()) {
    case kTagEmpty:
    case kTagUndefined:
      *value = isolane_undefined();
      return true;
    case kTagNull:
      *value = isolane_null();
      return true;
    case kTagTrue:
    case kTagFalse:
      *value = isolane_boolean(parcel.tag() == kTagTrue);
      return true;
    case kTagNumber: {
      const double number = std::bit_cast<double>(parcel.word());
      int32_t integer;
      *value = is_int32(number, &integer) ? isolane_int32(integer) : isolane_double(number);
      return true;
    }
    case kTagBigInt:
      *value = isolane_int64(static_cast<int64_t>(parcel.word()));
      return true;
    default:
      return false;
  }
}

isolane_status encode(const isolane_value& value, Parcel* parcel) {
  switch (value.kind) {
    case ISOLANE_UNDEFINED:
      parcel->set_word(kTagUndefined, 0);
      return ISOLANE_OK;
    case ISOLANE_NULL:
      parcel->set_word(kTagNull, 0);
      return ISOLANE_OK;
    case ISOLANE_BOOLEAN:
      parcel->set_word(value.as.boolean != 0 ? kTagTrue : kTagFalse, 0);
      return ISOLANE_OK;
    case ISOLANE_INT32:
      parcel->set_word(kTagNumber, std::bit_cast<uint64_t>(static_cast<double>(value.as.int32)));
      return ISOLANE_OK;
    case ISOLANE_DOUBLE:
      parcel->set_word(kTagNumber, std::bit_cast<uint64_t>(value.as.number));
      return ISOLANE_OK;
    case ISOLANE_INT64:
      parcel->set_word(kTagBigInt, static_cast<uint64_t>(value.as.int64));
      return ISOLANE_OK;
    case ISOLANE_STRING:
      return encode_text(value.as.string.data, value.as.string.length, parcel);
    case ISOLANE_BYTES:
      return encode_bytes(value.as.bytes.data, value.as.bytes.length, value.view, parcel);
    default:
      return ISOLANE_INVALID_ARGUMENT;
  }
}

isolane_status encode_text(const char* data, size_t length, Parcel* parcel) {
  if (data == nullptr && length != 0) return ISOLANE_INVALID_ARGUMENT;
  const std::optional<TextSize> size = size_of_utf8(data, length);
  if (!size || size->units > kLongestText) return ISOLANE_NOT_REPRESENTABLE;
  const Tag tag = size->one_byte ? kTagOneByte : kTagTwoByte;
  const size_t unit = size->one_byte ? sizeof(uint8_t) : sizeof(uint16_t);
  uint8_t* const out = make_room(parcel, tag, size->units * unit);
  if (out == nullptr) return ISOLANE_NO_MEMORY;
  if (size->one_byte) {
    utf8_to_one_byte(data, length, out);
  } else {
    utf8_to_two_byte(data, length, reinterpret_cast<uint16_t*>(out));
  }
  return ISOLANE_OK;
}

isolane_status encode_adopted(void* data, size_t length, int32_t view, isolane_free free,
                              void* hint, Parcel* parcel) {
  if (data == nullptr || free == nullptr) return ISOLANE_INVALID_ARGUMENT;
  const isolane_status checked = check_bytes(data, length, view);
  if (checked != ISOLANE_OK) return checked;
  if (reinterpret_cast<uintptr_t>(data) % element_size(view) != 0) return ISOLANE_INVALID_ARGUMENT;
  std::unique_ptr<Block> block = Block::allocate(0);
  if (block == nullptr) return ISOLANE_NO_MEMORY;
  block->attachments.reserve(1);
  auto* const adopted =
      new (std::nothrow) ForeignBytes(static_cast<uint8_t*>(data), length, free, hint);
  if (adopted == nullptr) return ISOLANE_NO_MEMORY;
  block->attachments.emplace_back(adopted);
  parcel->set_block(kTagForeignBytes, std::move(block), static_cast<uint32_t>(view));
  return ISOLANE_OK;
}

}  // namespace isolane

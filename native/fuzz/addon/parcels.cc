#include "parcels.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <utility>

#include "../../value/foreign_bytes.h"
#include "../input.h"

namespace isolane::fuzz {

namespace {

constexpr uint8_t kTags = kTagForeignBytes + 1;
constexpr uint8_t kKinds = static_cast<uint8_t>(ValueAttachment::Kind::kFixed) + 1;

SharedRef shared_truth() {
  Parcel parcel;
  parcel.set_word(kTagTrue, 0);
  return std::make_shared<const SharedValue>(std::move(parcel), sizeof(uint64_t));
}

std::unique_ptr<Attachment> foreign_bytes(size_t size) {
  return std::make_unique<ForeignBytes>(
      static_cast<uint8_t*>(std::calloc(1, size + 1)), size,
      [](void* data, void*) { std::free(data); }, nullptr);
}

void fill(Parcel* parcel, Tag tag, uint32_t meta, std::span<const uint8_t> bytes,
          std::vector<std::unique_ptr<Attachment>> attachments) {
  if (attachments.empty() && bytes.size() <= Parcel::kInlineCapacity) {
    uint8_t* out = parcel->set_inline(tag, bytes.size(), meta);
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return;
  }
  std::unique_ptr<Block> block = Block::allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(block->bytes, bytes.data(), bytes.size());
  block->attachments = std::move(attachments);
  parcel->set_block(tag, std::move(block), meta);
}

// Whether a buffer that is shared is the memory of a WebAssembly.Memory.
bool is_memory(uint8_t detail) { return detail % 2 == 1; }

// What V8 reads by itself and does not refuse is left out:

// V8 ends the process when the bytes say that another shared buffer is such a memory.
constexpr uint8_t kWasmMemory = 'm';

bool may_say_memory(std::span<const uint8_t> bytes) {
  return std::find(bytes.begin(), bytes.end(), kWasmMemory) != bytes.end();
}

// V8 makes room at once for all elements of a sparse array, up to 2 ** 25, without looking at how
// many there are.
constexpr uint8_t kSparseArray = 'a';
constexpr uint64_t kManyElements = 1 << 12;
constexpr uint64_t kMostFastElements = 1 << 25;

bool may_say_many_elements(std::span<const uint8_t> bytes) {
  for (size_t i = 0; i < bytes.size(); i++) {
    if (bytes[i] != kSparseArray) continue;
    // Seven bits a byte, the lowest first, until one that is below 128.
    uint64_t length = 0;
    size_t at = i + 1;
    for (int shift = 0; at < bytes.size() && shift < 35; shift += 7) {
      length |= static_cast<uint64_t>(bytes[at] & 0x7f) << shift;
      if (bytes[at++] < 0x80) break;
    }
    length &= UINT32_MAX;
    if (length >= kManyElements && length <= kMostFastElements) return true;
  }
  return false;
}

// The least size of such a memory.
constexpr size_t kWasmPage = 65536;

uint64_t word_of(std::span<const uint8_t> bytes) {
  uint64_t word = 0;
  std::copy_n(bytes.begin(), std::min(bytes.size(), sizeof word),
              reinterpret_cast<uint8_t*>(&word));
  return word;
}

}  // namespace

Parcels::Parcels(v8::Isolate* isolate, v8::CompiledWasmModule module,
                 std::shared_ptr<v8::BackingStore> memory)
    : isolate_(isolate),
      module_(std::move(module)),
      memory_(std::move(memory)),
      shared_(shared_truth()) {
  std::tie(sender_, receiver_) = Endpoint::pair(Channel::create(1, "fuzz"));
}

std::unique_ptr<Attachment> Parcels::attachment(uint8_t kind, uint8_t detail, uint16_t size,
                                                Holds holds) {
  using Kind = ValueAttachment::Kind;
  switch (static_cast<Kind>(kind)) {
    case Kind::kEndpoint:
      if (holds == Holds::kShared) break;
      return std::make_unique<EndpointAttachment>(detail % 2 == 0 ? sender_.clone()
                                                                  : receiver_.clone());
    case Kind::kMovedBuffer:
      if (holds == Holds::kShared) break;
      return std::make_unique<BufferAttachment>(Kind::kMovedBuffer,
                                                v8::ArrayBuffer::NewBackingStore(isolate_, size));
    case Kind::kSharedBuffer:
      return std::make_unique<BufferAttachment>(
          Kind::kSharedBuffer,
          is_memory(detail) ? memory_ : v8::SharedArrayBuffer::NewBackingStore(isolate_, size));
    case Kind::kWasmModule:
      return std::make_unique<WasmAttachment>(module_);
    case Kind::kOwned:
      if (holds == Holds::kShared) break;
      return std::make_unique<OwnedAttachment>();
    case Kind::kShared:
      return std::make_unique<SharedAttachment>(shared_);
    case Kind::kFixed:
      break;
  }
  const std::vector<uint8_t> zeros(size);
  return std::make_unique<FixedAttachment>(copy_fixed(zeros.data(), size, detail));
}

Parcel Parcels::from_bytes(std::span<const uint8_t> bytes, Tag wanted, Holds holds) {
  Input input(bytes);
  const auto given = static_cast<Tag>(input.below(kTags));
  const Tag tag = wanted == kTagEmpty ? given : wanted;
  const uint8_t meta = input.byte();
  struct Described {
    uint8_t kind;
    uint8_t detail;
    uint16_t size;
  };
  std::vector<Described> described(input.below(kMostAttachments + 1));
  for (Described& one : described) {
    one.kind = input.below(kKinds);
    one.detail = input.byte();
    one.size = input.two_bytes();
  }
  const std::span<const uint8_t> content = input.rest();
  const uint16_t size = described.empty() ? 64 : described[0].size;
  const bool has_plain_shared =
      std::any_of(described.begin(), described.end(), [](const Described& one) {
        return static_cast<ValueAttachment::Kind>(one.kind) ==
                   ValueAttachment::Kind::kSharedBuffer &&
               !is_memory(one.detail);
      });
  if (tag == kTagSerialized &&
      ((has_plain_shared && may_say_memory(content)) || may_say_many_elements(content))) {
    return Parcel();
  }

  Parcel parcel;
  std::vector<std::unique_ptr<Attachment>> attachments;
  switch (tag) {
    case kTagOneByte:
    case kTagTwoByte:
    case kTagBytes:
    case kTagRecord:
      fill(&parcel, tag, meta, content, {});
      break;
    case kTagMovedBytes: {
      uint8_t extent[sizeof(MovedExtent)] = {};
      std::copy_n(content.begin(), std::min(content.size(), sizeof extent), extent);
      attachments.push_back(attachment(static_cast<uint8_t>(ValueAttachment::Kind::kMovedBuffer), 0,
                                       size, Holds::kAnything));
      fill(&parcel, tag, meta, extent, std::move(attachments));
      break;
    }
    case kTagForeignBytes:
      attachments.push_back(foreign_bytes(size));
      fill(&parcel, tag, meta, {}, std::move(attachments));
      break;
    case kTagSerialized:
      for (const Described& one : described) {
        attachments.push_back(attachment(one.kind, one.detail, one.size, holds));
      }
      fill(&parcel, tag, meta, content, std::move(attachments));
      break;
    default:
      parcel.set_word(tag, word_of(content));
  }
  return parcel;
}

std::vector<uint8_t> bytes_of(const Parcel& parcel) {
  std::vector<uint8_t> bytes = {parcel.tag(), static_cast<uint8_t>(parcel.meta()), 0};
  const auto describe = [&](uint8_t kind, uint8_t detail, size_t size) {
    const auto cut = static_cast<uint16_t>(std::min<size_t>(size, UINT16_MAX));
    const uint8_t described[kOfAttachment] = {kind, detail, static_cast<uint8_t>(cut),
                                              static_cast<uint8_t>(cut >> 8)};
    bytes.insert(bytes.end(), described, described + kOfAttachment);
    bytes[2]++;
  };
  const Block* const block = parcel.block();
  if (parcel.tag() == kTagForeignBytes) {
    describe(0, 0, block->attachments[0]->bytes().size());
    return bytes;
  }
  if (block != nullptr) {
    for (const auto& each : block->attachments) {
      const auto* attached = static_cast<const ValueAttachment*>(each.get());
      const auto kind = static_cast<uint8_t>(attached->kind);
      switch (attached->kind) {
        case ValueAttachment::Kind::kEndpoint:
          describe(kind,
                   static_cast<uint8_t>(
                       static_cast<const EndpointAttachment*>(attached)->endpoint.side()),
                   0);
          break;
        case ValueAttachment::Kind::kMovedBuffer:
          describe(kind, 0, static_cast<const BufferAttachment*>(attached)->store->ByteLength());
          break;
        case ValueAttachment::Kind::kSharedBuffer: {
          // There is no other of this size.
          const size_t size = static_cast<const BufferAttachment*>(attached)->store->ByteLength();
          describe(kind, size >= kWasmPage, size);
          break;
        }
        case ValueAttachment::Kind::kFixed: {
          const FixedBytes& fixed = static_cast<const FixedAttachment*>(attached)->fixed;
          describe(kind, static_cast<uint8_t>(fixed.kind), fixed.size);
          break;
        }
        default:
          describe(kind, 0, 0);
      }
    }
  }
  const bool is_extent = parcel.tag() == kTagMovedBytes;
  const uint8_t* const content = block == nullptr ? parcel.inline_bytes() : block->bytes;
  const size_t size = is_extent          ? sizeof(MovedExtent)
                      : block == nullptr ? parcel.inline_length()
                                         : block->size;
  bytes.insert(bytes.end(), content, content + size);
  return bytes;
}

}  // namespace isolane::fuzz

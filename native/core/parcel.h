#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace isolane {

// Something that travels beside a block's bytes: a channel endpoint, a backing store, a compiled
// WebAssembly module. May be destroyed on any thread.
class Attachment {
 public:
  virtual ~Attachment() = default;
  // Bytes that are its message's alone. Always the same.
  virtual size_t weight() const { return 0; }
  // The memory that it is, if it is some. Only to be read, unless its message alone has it.
  virtual std::span<uint8_t> bytes() const { return {}; }
};

// One heap block: what a message holds that does not fit into a cell. Owned by exactly one parcel;
// its ownership moves with the message, so it is never shared between threads and needs no lock.
struct Block {
  // Uninitialised bytes from malloc(); nullptr when out of memory.
  static std::unique_ptr<Block> allocate(size_t size);
  // Takes bytes that came from malloc(). nullptr when out of memory, and then the bytes are freed.
  static std::unique_ptr<Block> adopt(uint8_t* malloced, size_t size);

  // How many blocks exist in the process. Exact only while no other thread makes or frees any.
  static int64_t live();

  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block();

  // Gives up the bytes; the caller frees them with free().
  uint8_t* release();

  // What it holds in bytes, with what is attached.
  size_t weight() const;

  uint8_t* bytes;
  size_t size;
  std::vector<std::unique_ptr<Attachment>> attachments;

 private:
  Block(uint8_t* malloced, size_t length);
};

// A message in native memory: a tag, 32 bits of meta, and either up to 48 bytes inline or one
// Block. Tag 0 is the empty parcel; what other tags mean is native/value's affair.
//
// A parcel belongs to one thread at a time. It and eight bytes more fill a cache line.
class Parcel {
 public:
  static constexpr size_t kInlineCapacity = 48;

  Parcel() noexcept : header_(0) {}
  Parcel(Parcel&& other) noexcept { take(other); }
  Parcel& operator=(Parcel&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  ~Parcel() { reset(); }

  uint8_t tag() const { return static_cast<uint8_t>(header_); }
  bool empty() const { return tag() == 0; }
  uint32_t meta() const { return static_cast<uint32_t>(header_ >> kMetaShift); }

  // Each setter overwrites, and frees a block that was held.

  void set_word(uint8_t tag, uint64_t bits) {
    reset();
    words_[0] = bits;
    header_ = header(tag, sizeof bits, 0);
  }

  // Returns where the caller writes its `length` bytes (at most kInlineCapacity).
  uint8_t* set_inline(uint8_t tag, size_t length, uint32_t meta = 0) {
    assert(length <= kInlineCapacity);
    reset();
    header_ = header(tag, length, meta);
    return reinterpret_cast<uint8_t*>(words_);
  }

  void set_block(uint8_t tag, std::unique_ptr<Block> block, uint32_t meta = 0) {
    assert(block != nullptr);
    reset();
    words_[0] = reinterpret_cast<uintptr_t>(block.release());
    header_ = header(tag, 0, meta) | kBlockBit;
  }

  // The word of set_word(), or the first eight bytes of at least eight inline ones.
  uint64_t word() const { return words_[0]; }

  // Whether set_word() with tag() and word() makes the same parcel.
  bool is_word() const { return header_ >> kLengthShift == sizeof(uint64_t); }

  bool is_block() const { return (header_ & kBlockBit) != 0; }
  // nullptr if the parcel holds no block.
  Block* block() const {
    return is_block() ? reinterpret_cast<Block*>(static_cast<uintptr_t>(words_[0])) : nullptr;
  }
  // Leaves the parcel empty if it held a block.
  std::unique_ptr<Block> take_block() {
    Block* const taken = block();
    if (taken != nullptr) header_ = 0;
    return std::unique_ptr<Block>(taken);
  }

  // Bytes that it holds, in the cell or outside.
  size_t weight() const { return is_block() ? block()->weight() : inline_length(); }

  const uint8_t* inline_bytes() const { return reinterpret_cast<const uint8_t*>(words_); }
  size_t inline_length() const { return (header_ >> kLengthShift) & 0xff; }

  void reset() {
    if (is_block()) free_block();
    header_ = 0;
  }

  // What it is made of, for memory in which parcels lie as bits: those are written over and left
  // behind without a look at what was there, which would be a miss that somebody waits for where
  // two cores share the memory. The words that matter are the first for a block, and otherwise as
  // many as inline_length() takes.
  static constexpr size_t kWords = kInlineCapacity / sizeof(uint64_t);
  const uint64_t* words() const { return words_; }
  // Gives the header, and leaves what the parcel owns to whoever has that and the words.
  uint64_t release() { return std::exchange(header_, 0); }
  // Takes over what they own. Returns where the words go.
  uint64_t* adopt(uint64_t header) {
    reset();
    header_ = header;
    return words_;
  }

 private:
  // The header is one word, written and read as a whole: a load that is wider than the stores
  // before it would have to wait for them to leave the store buffer.
  //   bits 0-7    tag
  //   bits 8-15   number of inline bytes
  //   bit  16     words_[0] is a Block* that this parcel owns
  //   bits 32-63  meta
  static constexpr int kLengthShift = 8;
  static constexpr uint64_t kBlockBit = uint64_t{1} << 16;
  static constexpr int kMetaShift = 32;

  static constexpr uint64_t header(uint8_t tag, size_t length, uint32_t meta) {
    return tag | static_cast<uint64_t>(length) << kLengthShift |
           static_cast<uint64_t>(meta) << kMetaShift;
  }

  // Expects that this parcel owns nothing. Numbers and blocks need one word, so most moves copy
  // sixteen bytes and not fifty-six.
  void take(Parcel& other) noexcept {
    header_ = other.header_;
    words_[0] = other.words_[0];
    if (inline_length() > sizeof words_[0]) {
      std::memcpy(words_ + 1, other.words_ + 1, sizeof words_ - sizeof words_[0]);
    }
    other.header_ = 0;
  }

  void free_block();

  uint64_t header_;
  uint64_t words_[kWords];
};

static_assert(sizeof(Parcel) == 56, "a parcel and a word fill one cache line");

}  // namespace isolane

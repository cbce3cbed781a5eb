#include "core/parcel.h"

#include <cstdlib>
#include <utility>

#include "doctest/doctest.h"
#include "support.h"

namespace isolane {
namespace {

struct Flag final : Attachment {
  explicit Flag(bool& raised) : raised_(raised) {}
  ~Flag() override { raised_ = true; }
  bool& raised_;
};

}  // namespace

TEST_CASE("a new parcel is empty") {
  const Parcel parcel;
  CHECK(parcel.empty());
  CHECK(parcel.tag() == 0);
  CHECK_FALSE(parcel.is_block());
  CHECK(parcel.block() == nullptr);
}

TEST_CASE("a parcel carries a word") {
  Parcel parcel;
  parcel.set_word(200, 0xfedc'ba98'7654'3210);
  CHECK(parcel.tag() == 200);
  CHECK(parcel.meta() == 0);
  CHECK(parcel.word() == 0xfedc'ba98'7654'3210);
  CHECK(parcel.inline_length() == 8);
  CHECK_FALSE(parcel.is_block());
}

TEST_CASE("a parcel carries inline bytes of every length, and they survive moves") {
  for (size_t length = 0; length <= Parcel::kInlineCapacity; ++length) {
    Parcel parcel;
    uint8_t* const bytes = parcel.set_inline(7, length, 0xdeadbeef);
    for (size_t i = 0; i < length; ++i) bytes[i] = static_cast<uint8_t>(i + length);

    Parcel constructed(std::move(parcel));
    Parcel assigned;
    assigned = std::move(constructed);

    REQUIRE(assigned.inline_length() == length);
    CHECK(assigned.tag() == 7);
    CHECK(assigned.meta() == 0xdeadbeef);
    for (size_t i = 0; i < length; ++i) {
      REQUIRE(assigned.inline_bytes()[i] == static_cast<uint8_t>(i + length));
    }
  }
}

TEST_CASE("a parcel that was moved from is empty") {
  Parcel from = test::block(1);
  const Parcel to(std::move(from));
  CHECK(from.empty());
  CHECK(from.block() == nullptr);
  CHECK(test::number(to) == 1);
}

TEST_CASE("a parcel that is moved onto itself keeps its message") {
  Parcel parcel = test::block(5);
  Parcel& same = parcel;
  parcel = std::move(same);
  CHECK(test::number(parcel) == 5);
}

TEST_CASE("a parcel owns its block until it is overwritten, reset, taken or destroyed") {
  const int64_t before = Block::live();
  {
    Parcel parcel = test::block(1);
    CHECK(Block::live() == before + 1);
    parcel.set_word(1, 2);
    CHECK(Block::live() == before);

    parcel = test::block(3);
    parcel = test::block(4);
    CHECK(Block::live() == before + 1);
    parcel.set_inline(1, 4);
    CHECK(Block::live() == before);

    parcel = test::block(5);
    parcel.reset();
    CHECK(parcel.empty());
    CHECK(Block::live() == before);

    parcel = test::block(6);
    {
      const std::unique_ptr<Block> taken = parcel.take_block();
      REQUIRE(taken != nullptr);
      CHECK(taken->size == 8);
      CHECK(parcel.empty());
      CHECK(parcel.take_block() == nullptr);
      CHECK(Block::live() == before + 1);
    }
    CHECK(Block::live() == before);

    parcel = test::block(7);
  }
  CHECK(Block::live() == before);
}

TEST_CASE("a parcel with a block carries a tag and meta beside it") {
  Parcel parcel;
  parcel.set_block(9, Block::allocate(100), 77);
  CHECK(parcel.tag() == 9);
  CHECK(parcel.meta() == 77);
  CHECK(parcel.inline_length() == 0);
  REQUIRE(parcel.block() != nullptr);
  CHECK(parcel.block()->size == 100);
}

TEST_CASE("a block adopts malloc'ed bytes, and gives them up") {
  auto* const bytes = static_cast<uint8_t*>(std::malloc(16));
  std::unique_ptr<Block> block = Block::adopt(bytes, 16);
  CHECK(block->bytes == bytes);
  CHECK(block->release() == bytes);
  CHECK(block->bytes == nullptr);
  CHECK(block->size == 0);
  block.reset();
  bytes[15] = 1;  // an address sanitizer objects if the block has freed them
  std::free(bytes);
}

TEST_CASE("a block of no bytes is a block") {
  const std::unique_ptr<Block> block = Block::allocate(0);
  REQUIRE(block != nullptr);
  CHECK(block->size == 0);
}

TEST_CASE("a block's attachments go with it") {
  bool gone = false;
  Parcel parcel = test::block(1);
  parcel.block()->attachments.push_back(std::make_unique<Flag>(gone));
  Parcel moved = std::move(parcel);
  parcel.reset();
  CHECK_FALSE(gone);
  moved.reset();
  CHECK(gone);
}

TEST_CASE("live blocks are counted across threads") {
  const int64_t before = Block::live();
  Parcel parcel;
  std::thread([&] { parcel = test::block(1); }).join();
  CHECK(Block::live() == before + 1);
  std::thread([&] { parcel.reset(); }).join();
  CHECK(Block::live() == before);
}

}  // namespace isolane

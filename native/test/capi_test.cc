#include "capi/capi.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "capi/exports.h"
#include "capi/messages.h"
#include "capi/utf8.h"
#include "capi_c_test.h"
#include "core/channel.h"
#include "core/endpoint.h"
#include "core/parcel.h"
#include "doctest/doctest.h"
#include "support.h"
#include "value/tags.h"

namespace isolane {
namespace {

constexpr uint64_t kParty = 7;

const isolane_api& api = *isolane_get(reinterpret_cast<uintptr_t>(&capi()), ISOLANE_API_VERSION);

struct Tokens {
  uint64_t sender;
  uint64_t receiver;
};

Tokens exported(size_t capacity, uint64_t party = kParty) {
  auto [sender, receiver] = Endpoint::pair(Channel::create(capacity, "feed"));
  return {Exports::all().add(std::move(sender), party),
          Exports::all().add(std::move(receiver), party)};
}

// One channel, with both of its ends in native code.
struct Ends {
  explicit Ends(size_t capacity) {
    const Tokens tokens = exported(capacity);
    REQUIRE(api.claim_sender(tokens.sender, &sender) == ISOLANE_OK);
    REQUIRE(api.claim_receiver(tokens.receiver, &receiver) == ISOLANE_OK);
  }
  ~Ends() {
    api.sender_close(sender);
    api.receiver_close(receiver);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;

  void close_sender() { api.sender_close(std::exchange(sender, nullptr)); }
  void close_receiver() { api.receiver_close(std::exchange(receiver, nullptr)); }

  isolane_status send(isolane_value value) { return api.try_send(sender, &value); }

  isolane_info info() const {
    isolane_info info;
    REQUIRE(api.receiver_info(receiver, &info) == ISOLANE_OK);
    return info;
  }

  isolane_sender* sender = nullptr;
  isolane_receiver* receiver = nullptr;
};

// A value that is released.
struct Received {
  Received() = default;
  explicit Received(isolane_receiver* receiver) {
    REQUIRE(api.try_receive(receiver, &value) == ISOLANE_OK);
  }
  ~Received() { api.release(&value); }
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;

  std::string_view text() const {
    REQUIRE(value.kind == ISOLANE_STRING);
    REQUIRE(value.as.string.data[value.as.string.length] == '\0');
    return {value.as.string.data, value.as.string.length};
  }

  isolane_value value = isolane_undefined();
};

isolane_value text(std::string_view characters) {
  return isolane_string(characters.data(), characters.size());
}

void count_free(void* data, void* hint) {
  delete[] static_cast<uint8_t*>(data);
  ++*static_cast<std::atomic<int>*>(hint);
}

// Memory of its own, which counts in `frees` when it is freed.
isolane_value adopted(size_t length, isolane_view view, std::atomic<int>* frees) {
  auto* const bytes = new uint8_t[length];
  for (size_t i = 0; i < length; i++) bytes[i] = static_cast<uint8_t>(i);
  isolane_value value;
  REQUIRE(api.adopt(bytes, length, view, count_free, frees, &value) == ISOLANE_OK);
  return value;
}

// A message as the layers above the core make them.
Parcel serialized(size_t size) {
  Parcel parcel;
  std::unique_ptr<Block> block = Block::allocate(size);
  std::memset(block->bytes, 0x5a, size);
  parcel.set_block(kTagSerialized, std::move(block));
  return parcel;
}

}  // namespace

TEST_CASE("the header is C, and what it declares works from there") {
  const Tokens tokens = exported(1);
  const char* const problem =
      isolane_test_in_c(reinterpret_cast<uintptr_t>(&capi()), tokens.sender, tokens.receiver);
  CHECK_MESSAGE(problem == nullptr, problem);
}

TEST_CASE("every function of the table is there, and says how large it is") {
  CHECK(api.version == ISOLANE_API_VERSION);
  CHECK(api.size == sizeof(isolane_api));
  const auto* const bytes = reinterpret_cast<const uint8_t*>(&api);
  for (size_t at = offsetof(isolane_api, status_text); at < api.size; at += sizeof(void*)) {
    const std::array<uint8_t, sizeof(void*)> null{};
    CHECK(std::memcmp(bytes + at, null.data(), sizeof(void*)) != 0);
  }
}

TEST_CASE("every status has a text of its own") {
  std::vector<std::string> texts;
  for (int status = ISOLANE_OK; status <= ISOLANE_NOT_REPRESENTABLE + 1; status++) {
    texts.emplace_back(api.status_text(static_cast<isolane_status>(status)));
  }
  std::sort(texts.begin(), texts.end());
  CHECK(std::adjacent_find(texts.begin(), texts.end()) == texts.end());
}

TEST_CASE("a token is claimed once, and as what it is") {
  const Tokens tokens = exported(1);
  isolane_sender* sender;
  isolane_receiver* receiver;
  CHECK(api.claim_receiver(tokens.sender, &receiver) == ISOLANE_INVALID_ARGUMENT);
  CHECK(receiver == nullptr);
  CHECK(api.claim_sender(0, &sender) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.claim_sender(tokens.receiver + 1000, &sender) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.claim_sender(tokens.sender, nullptr) == ISOLANE_INVALID_ARGUMENT);
  REQUIRE(api.claim_sender(tokens.sender, &sender) == ISOLANE_OK);
  isolane_sender* again;
  CHECK(api.claim_sender(tokens.sender, &again) == ISOLANE_INVALID_ARGUMENT);
  CHECK(again == nullptr);
  REQUIRE(api.claim_receiver(tokens.receiver, &receiver) == ISOLANE_OK);
  api.sender_close(sender);
  api.receiver_close(receiver);
}

TEST_CASE("what is not claimed is closed with the party that exported it, and no other") {
  const Tokens ours = exported(1, 11);
  const Tokens others = exported(1, 12);
  isolane_receiver* receiver;
  REQUIRE(api.claim_receiver(ours.receiver, &receiver) == ISOLANE_OK);
  isolane_info info;
  REQUIRE(api.receiver_info(receiver, &info) == ISOLANE_OK);
  CHECK_FALSE(info.closed);
  Exports::all().drop_all(11);
  REQUIRE(api.receiver_info(receiver, &info) == ISOLANE_OK);
  CHECK(info.closed);
  api.receiver_close(receiver);
  isolane_sender* sender;
  CHECK(api.claim_sender(ours.sender, &sender) == ISOLANE_INVALID_ARGUMENT);
  REQUIRE(api.claim_sender(others.sender, &sender) == ISOLANE_OK);
  api.sender_close(sender);
  Exports::all().drop(others.receiver);
  CHECK(api.claim_receiver(others.receiver, &receiver) == ISOLANE_INVALID_ARGUMENT);
}

TEST_CASE("an unclaimed end of a channel may be queued in that very channel") {
  // Dropping it must not be done under the lock of the exports: it drops what is queued.
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  struct Token final : Attachment {
    explicit Token(uint64_t t) : token(t) {}
    ~Token() override { Exports::all().drop(token); }
    const uint64_t token;
  };
  auto [other, unused] = Endpoint::pair(Channel::create(1, ""));
  Parcel parcel = serialized(8);
  parcel.block()->attachments.push_back(
      std::make_unique<Token>(Exports::all().add(std::move(other), kParty)));
  REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
  const uint64_t token = Exports::all().add(std::move(receiver), 13);
  Exports::all().drop_all(13);
  isolane_receiver* claimed;
  CHECK(api.claim_receiver(token, &claimed) == ISOLANE_INVALID_ARGUMENT);
  CHECK(unused.channel()->closed());
}

TEST_CASE("NULL is an error everywhere, and never a crash") {
  Ends ends(1);
  isolane_value value = isolane_int32(1);
  isolane_info info;
  isolane_sender* sender;
  isolane_receiver* receiver;
  CHECK(api.claim_receiver(1, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.sender_clone(nullptr, &sender) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.sender_clone(ends.sender, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receiver_clone(nullptr, &receiver) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receiver_clone(ends.receiver, nullptr) == ISOLANE_INVALID_ARGUMENT);
  api.sender_close(nullptr);
  api.receiver_close(nullptr);
  CHECK(api.sender_poison(nullptr, "why") == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receiver_poison(nullptr, "why") == ISOLANE_INVALID_ARGUMENT);
  api.sender_interrupt(nullptr);
  api.receiver_interrupt(nullptr);
  CHECK(api.sender_info(nullptr, &info) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.sender_info(ends.sender, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receiver_info(nullptr, &info) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receiver_info(ends.receiver, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.try_send(nullptr, &value) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.try_send(ends.sender, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.send(nullptr, &value, 0) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.send(ends.sender, nullptr, 0) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.try_receive(nullptr, &value) == ISOLANE_INVALID_ARGUMENT);
  CHECK(value.kind == ISOLANE_UNDEFINED);
  CHECK(api.try_receive(ends.receiver, nullptr) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receive(nullptr, &value, 0) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receive(ends.receiver, nullptr, 0) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.adopt(nullptr, 1, ISOLANE_UINT8_ARRAY, count_free, nullptr, &value) ==
        ISOLANE_INVALID_ARGUMENT);
  CHECK(api.adopt(&info, 1, ISOLANE_UINT8_ARRAY, nullptr, nullptr, &value) ==
        ISOLANE_INVALID_ARGUMENT);
  CHECK(api.adopt(&info, 1, ISOLANE_UINT8_ARRAY, count_free, nullptr, nullptr) ==
        ISOLANE_INVALID_ARGUMENT);
  api.release(nullptr);
  CHECK(isolane_number(nullptr, nullptr) == 0);
}

TEST_CASE("simple values arrive as they were, and own nothing") {
  Ends ends(16);
  const auto there_and_back = [&](isolane_value value) {
    REQUIRE(ends.send(value) == ISOLANE_OK);
    isolane_value received;
    REQUIRE(api.try_receive(ends.receiver, &received) == ISOLANE_OK);
    CHECK(received.owner == nullptr);
    CHECK(received.kind == value.kind);
    return received;
  };
  there_and_back(isolane_undefined());
  there_and_back(isolane_null());
  CHECK(there_and_back(isolane_boolean(17)).as.boolean == 1);
  CHECK(there_and_back(isolane_boolean(0)).as.boolean == 0);
  CHECK(there_and_back(isolane_int32(INT32_MIN)).as.int32 == INT32_MIN);
  CHECK(there_and_back(isolane_int64(INT64_MIN)).as.int64 == INT64_MIN);
  CHECK(there_and_back(isolane_double(0.1)).as.number == 0.1);
  CHECK(std::signbit(there_and_back(isolane_double(-0.0)).as.number));
  CHECK(std::isnan(there_and_back(isolane_double(std::nan(""))).as.number));
}

TEST_CASE("text of every width and length is UTF-8 on both sides") {
  const int64_t before = Block::live();
  {
    Ends ends(4);
    // The last ones are U+1D800 and U+10DFFF, whose lower half looks like a surrogate.
    for (const char* unit : {"a", "\xc3\xbf", "\xc4\x80", "\xe4\xb8\xad", "\xf0\x9f\x98\x80",
                             "\xf0\x9d\xa0\x80", "\xf4\x8d\xbf\xbf"}) {
      for (const size_t count : {0, 1, 12, 24, 25, 47, 48, 49, 96, 97, 5000}) {
        std::string given;
        for (size_t i = 0; i < count; i++) given += unit;
        REQUIRE(ends.send(text(given)) == ISOLANE_OK);
        CHECK(Received(ends.receiver).text() == given);
      }
    }
    const std::string with_zero("a\0b", 3);
    REQUIRE(ends.send(text(with_zero)) == ISOLANE_OK);
    CHECK(Received(ends.receiver).text() == with_zero);
    REQUIRE(ends.send(isolane_string(nullptr, 0)) == ISOLANE_OK);
    CHECK(Received(ends.receiver).text().empty());
    CHECK(ends.send(isolane_string(nullptr, 1)) == ISOLANE_INVALID_ARGUMENT);
  }
  CHECK(Block::live() == before);
}

TEST_CASE("text is stored as the engine wants it: a byte a character where that is enough") {
  auto [sender, receiver] = Endpoint::pair(Channel::create(2, ""));
  isolane_sender* claimed;
  REQUIRE(api.claim_sender(Exports::all().add(std::move(sender), kParty), &claimed) == ISOLANE_OK);
  isolane_value value = text("\xc3\xbf");
  REQUIRE(api.try_send(claimed, &value) == ISOLANE_OK);
  value = text("\xc4\x80");
  REQUIRE(api.try_send(claimed, &value) == ISOLANE_OK);
  Parcel parcel;
  REQUIRE(receiver.channel()->try_receive(parcel) == Status::kDone);
  CHECK(parcel.tag() == kTagOneByte);
  CHECK(parcel.inline_length() == 1);
  CHECK(parcel.inline_bytes()[0] == 0xff);
  REQUIRE(receiver.channel()->try_receive(parcel) == Status::kDone);
  CHECK(parcel.tag() == kTagTwoByte);
  CHECK(parcel.inline_length() == 2);
  api.sender_close(claimed);
}

TEST_CASE("text is read where it is, if it is memory that interpreters have in common") {
  struct Characters final : Attachment {
    std::span<uint8_t> bytes() const override { return {block->bytes, block->size}; }
    std::shared_ptr<Block> block = Block::allocate(2 * sizeof(uint16_t));
  };
  auto attached = std::make_unique<Characters>();
  const uint16_t units[] = {0x4e2d, 0xe9};
  std::memcpy(attached->block->bytes, units, sizeof units);
  std::unique_ptr<Block> block = Block::adopt(nullptr, 0);
  block->attachments.push_back(std::move(attached));
  Parcel parcel;
  parcel.set_block(kTagTwoByte, std::move(block));
  Message message;
  message.parcel = std::move(parcel);
  isolane_value value;
  message.show(&value);
  REQUIRE(value.kind == ISOLANE_STRING);
  CHECK(std::string_view(value.as.string.data, value.as.string.length) == "\xe4\xb8\xad\xc3\xa9");
}

TEST_CASE("what is not UTF-8 is not sent") {
  Ends ends(1);
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe4\xb8",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "a\xc3(", "\xe4\xb8("}) {
    CHECK(ends.send(text(bad)) == ISOLANE_NOT_REPRESENTABLE);
  }
  CHECK(ends.info().size == 0);
}

TEST_CASE("half a surrogate pair becomes the replacement character") {
  const uint16_t units[] = {0xd800, 'a', 0xdc00, 0xd83d, 0xde00, 0xd83d};
  std::string out(utf8_size(units, 6), '?');
  to_utf8(units, 6, out.data());
  CHECK(out ==
        "\xef\xbf\xbd"
        "a"
        "\xef\xbf\xbd"
        "\xf0\x9f\x98\x80"
        "\xef\xbf\xbd");
}

TEST_CASE("bytes are copied when they are sent, and read in place when they are received") {
  const int64_t before = Block::live();
  {
    Ends ends(2);
    for (const size_t length : {0, 1, 48, 49, 100'000}) {
      std::vector<uint8_t> given(length, 0xab);
      REQUIRE(ends.send(isolane_bytes(given.data(), length, ISOLANE_INT8_ARRAY)) == ISOLANE_OK);
      std::fill(given.begin(), given.end(), uint8_t{0});
      const Received received(ends.receiver);
      REQUIRE(received.value.kind == ISOLANE_BYTES);
      CHECK(received.value.view == ISOLANE_INT8_ARRAY);
      CHECK(received.value.as.bytes.length == length);
      const auto* const bytes = static_cast<const uint8_t*>(received.value.as.bytes.data);
      CHECK(std::count(bytes, bytes + length, 0xab) == static_cast<ptrdiff_t>(length));
      CHECK(reinterpret_cast<uintptr_t>(bytes) % sizeof(double) == 0);
    }
  }
  CHECK(Block::live() == before);
}

TEST_CASE("bytes that make no elements, and views and kinds that do not exist, are not sent") {
  Ends ends(1);
  const uint64_t word = 0;
  CHECK(ends.send(isolane_bytes(&word, 7, ISOLANE_FLOAT64_ARRAY)) == ISOLANE_INVALID_ARGUMENT);
  CHECK(ends.send(isolane_bytes(&word, 8, static_cast<isolane_view>(14))) ==
        ISOLANE_INVALID_ARGUMENT);
  CHECK(ends.send(isolane_bytes(nullptr, 8, ISOLANE_UINT8_ARRAY)) == ISOLANE_INVALID_ARGUMENT);
  CHECK(ends.send(isolane_bytes(&word, size_t{1} << 40, ISOLANE_UINT8_ARRAY)) ==
        ISOLANE_NOT_REPRESENTABLE);
  isolane_value value = isolane_undefined();
  for (const int32_t kind : {int32_t{ISOLANE_OTHER}, int32_t{-1}, int32_t{99}}) {
    value.kind = kind;
    CHECK(ends.send(value) == ISOLANE_INVALID_ARGUMENT);
  }
  CHECK(api.send(ends.sender, &value, std::nan("")) == ISOLANE_INVALID_ARGUMENT);
  CHECK(api.receive(ends.receiver, &value, std::nan("")) == ISOLANE_INVALID_ARGUMENT);
  CHECK(ends.info().size == 0);
}

TEST_CASE("memory that is handed over arrives as the very same, and is freed once") {
  std::atomic<int> frees{0};
  const int64_t before = Block::live();
  {
    Ends ends(1);
    isolane_value value = adopted(64, ISOLANE_FLOAT64_ARRAY, &frees);
    const void* const memory = value.as.bytes.data;
    CHECK(value.as.bytes.length == 64);
    REQUIRE(api.try_send(ends.sender, &value) == ISOLANE_OK);
    CHECK(value.owner == nullptr);
    CHECK(value.kind == ISOLANE_UNDEFINED);
    api.release(&value);
    Received received(ends.receiver);
    CHECK(received.value.as.bytes.data == memory);
    CHECK(received.value.as.bytes.length == 64);
    CHECK(received.value.view == ISOLANE_FLOAT64_ARRAY);
    CHECK(frees == 0);
    api.release(&received.value);
    CHECK(frees == 1);
  }
  CHECK(frees == 1);
  CHECK(Block::live() == before);
}

TEST_CASE("memory that cannot be handed over is still the caller's") {
  Ends ends(1);
  std::atomic<int> frees{0};
  isolane_value value;
  alignas(8) uint8_t memory[16];
  CHECK(api.adopt(memory + 1, 8, ISOLANE_FLOAT64_ARRAY, count_free, &frees, &value) ==
        ISOLANE_INVALID_ARGUMENT);
  CHECK(value.owner == nullptr);
  CHECK(api.adopt(memory, 7, ISOLANE_INT32_ARRAY, count_free, &frees, &value) ==
        ISOLANE_INVALID_ARGUMENT);
  CHECK(api.adopt(memory, size_t{1} << 40, ISOLANE_UINT8_ARRAY, count_free, &frees, &value) ==
        ISOLANE_NOT_REPRESENTABLE);
  CHECK(frees == 0);
}

TEST_CASE("a value that was not sent is still its owner's") {
  std::atomic<int> frees{0};
  Ends ends(1);
  REQUIRE(ends.send(isolane_null()) == ISOLANE_OK);
  isolane_value value = adopted(100, ISOLANE_ARRAY_BUFFER, &frees);
  CHECK(api.try_send(ends.sender, &value) == ISOLANE_WOULD_BLOCK);
  CHECK(api.send(ends.sender, &value, 0.5) == ISOLANE_TIMED_OUT);
  ends.close_receiver();
  CHECK(api.send(ends.sender, &value, ISOLANE_FOREVER) == ISOLANE_CLOSED);
  CHECK(frees == 0);
  CHECK(static_cast<const uint8_t*>(value.as.bytes.data)[99] == 99);
  api.release(&value);
  CHECK(frees == 1);
}

TEST_CASE("what is queued is freed with the last receiver") {
  std::atomic<int> frees{0};
  Ends ends(3);
  for (int i = 0; i < 3; i++) {
    isolane_value value = adopted(10, ISOLANE_UINT8_ARRAY, &frees);
    REQUIRE(api.try_send(ends.sender, &value) == ISOLANE_OK);
  }
  ends.close_receiver();
  CHECK(frees == 3);
}

TEST_CASE("what C cannot look into is passed on as it is, or dropped") {
  const int64_t before = Block::live();
  {
    auto [sender, first_receiver] = Endpoint::pair(Channel::create(2, ""));
    auto [second_sender, receiver] = Endpoint::pair(Channel::create(1, ""));
    isolane_receiver* from;
    isolane_sender* to;
    REQUIRE(api.claim_receiver(Exports::all().add(std::move(first_receiver), kParty), &from) ==
            ISOLANE_OK);
    REQUIRE(api.claim_sender(Exports::all().add(std::move(second_sender), kParty), &to) ==
            ISOLANE_OK);
    Parcel parcel = serialized(200);
    const uint8_t* const bytes = parcel.block()->bytes;
    REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
    std::memset(parcel.set_inline(kTagRecord, 20, 5), 1, 20);
    REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);

    isolane_value value;
    REQUIRE(api.try_receive(from, &value) == ISOLANE_OK);
    CHECK(value.kind == ISOLANE_OTHER);
    REQUIRE(value.owner != nullptr);
    REQUIRE(api.try_send(to, &value) == ISOLANE_OK);
    REQUIRE(receiver.channel()->try_receive(parcel) == Status::kDone);
    CHECK(parcel.tag() == kTagSerialized);
    CHECK(parcel.block()->bytes == bytes);
    parcel.reset();

    REQUIRE(api.try_receive(from, &value) == ISOLANE_OK);
    CHECK(value.kind == ISOLANE_OTHER);
    api.release(&value);
    CHECK(api.try_receive(from, &value) == ISOLANE_WOULD_BLOCK);
    CHECK(value.owner == nullptr);
    api.receiver_close(from);
    api.sender_close(to);
  }
  CHECK(Block::live() == before);
}

TEST_CASE("a string that was received is passed on without another copy") {
  Ends ends(1);
  const std::string given(1000, 'x');
  REQUIRE(ends.send(text(given)) == ISOLANE_OK);
  const int64_t blocks = Block::live();
  Received received(ends.receiver);
  REQUIRE(api.try_send(ends.sender, &received.value) == ISOLANE_OK);
  CHECK(Block::live() == blocks);
  CHECK(Received(ends.receiver).text() == given);
}

TEST_CASE("a view of moved memory shows its part") {
  struct Memory final : Attachment {
    std::span<uint8_t> bytes() const override { return {memory->data(), memory->size()}; }
    std::unique_ptr<std::array<uint8_t, 64>> memory = std::make_unique<std::array<uint8_t, 64>>();
  };
  auto [sender, receiver] = Endpoint::pair(Channel::create(1, ""));
  isolane_receiver* claimed;
  REQUIRE(api.claim_receiver(Exports::all().add(std::move(receiver), kParty), &claimed) ==
          ISOLANE_OK);
  const auto moved = [&, &sender = sender](MovedExtent extent) {
    auto memory = std::make_unique<Memory>();
    for (size_t i = 0; i < 64; i++) (*memory->memory)[i] = static_cast<uint8_t>(i);
    std::unique_ptr<Block> block = Block::allocate(sizeof extent);
    std::memcpy(block->bytes, &extent, sizeof extent);
    block->size = 0;
    block->attachments.push_back(std::move(memory));
    Parcel parcel;
    parcel.set_block(kTagMovedBytes, std::move(block), kUint16Array);
    REQUIRE(sender.channel()->try_send(parcel) == Status::kDone);
  };
  moved({16, 32});
  {
    const Received part(claimed);
    REQUIRE(part.value.kind == ISOLANE_BYTES);
    CHECK(part.value.view == ISOLANE_UINT16_ARRAY);
    CHECK(part.value.as.bytes.length == 32);
    CHECK(*static_cast<const uint8_t*>(part.value.as.bytes.data) == 16);
  }
  for (const MovedExtent outside : {MovedExtent{40, 32}, MovedExtent{65, 0}, MovedExtent{1, ~0u}}) {
    moved(outside);
    CHECK(Received(claimed).value.as.bytes.length == 0);
  }
  api.receiver_close(claimed);
}

TEST_CASE("clones count, and the channel ends with the last of them") {
  Ends ends(2);
  isolane_sender* second;
  REQUIRE(api.sender_clone(ends.sender, &second) == ISOLANE_OK);
  isolane_receiver* other;
  REQUIRE(api.receiver_clone(ends.receiver, &other) == ISOLANE_OK);
  ends.close_sender();
  CHECK_FALSE(ends.info().closed);
  isolane_value value = isolane_int32(5);
  REQUIRE(api.try_send(second, &value) == ISOLANE_OK);
  isolane_info info;
  REQUIRE(api.sender_info(second, &info) == ISOLANE_OK);
  CHECK(info.id == ends.info().id);
  CHECK(info.size == 1);
  CHECK(info.capacity == 2);
  api.sender_close(second);
  CHECK(ends.info().closed);
  CHECK_FALSE(ends.info().poisoned);
  REQUIRE(api.receive(other, &value, ISOLANE_FOREVER) == ISOLANE_OK);
  CHECK(value.as.int32 == 5);
  CHECK(api.receive(ends.receiver, &value, ISOLANE_FOREVER) == ISOLANE_CLOSED);
  CHECK(api.try_receive(other, &value) == ISOLANE_CLOSED);
  api.receiver_close(other);
}

TEST_CASE("an unbounded channel says so") {
  const Ends ends(ChannelOptions::kUnbounded);
  CHECK(ends.info().capacity == std::numeric_limits<uint64_t>::max());
}

TEST_CASE("poison reaches both sides, with a reason that JavaScript can read") {
  Ends ends(2);
  REQUIRE(ends.send(isolane_int32(1)) == ISOLANE_OK);
  CHECK(api.sender_poison(ends.sender, "\xff") == ISOLANE_NOT_REPRESENTABLE);
  CHECK_FALSE(ends.info().closed);
  CHECK(api.sender_poison(ends.sender, "no \xc3\xb6l") == ISOLANE_OK);
  CHECK(api.receiver_poison(ends.receiver, nullptr) == ISOLANE_OK);
  CHECK(ends.info().poisoned);
  isolane_value value;
  CHECK(api.receive(ends.receiver, &value, ISOLANE_FOREVER) == ISOLANE_POISONED);
  CHECK(ends.send(isolane_null()) == ISOLANE_POISONED);
  const Reason reason = Channel::registry().find(ends.info().id)->reason();
  const Reason expected = {kTagOneByte, 0, 'n', 'o', ' ', 0xf6, 'l'};
  CHECK(reason == expected);
}

TEST_CASE("a receive waits for as long as it was told, and for a sender") {
  Ends ends(1);
  isolane_value value;
  const auto start = Clock::now();
  CHECK(api.receive(ends.receiver, &value, 20) == ISOLANE_TIMED_OUT);
  CHECK(Clock::now() - start >= std::chrono::milliseconds(20));
  CHECK(api.receive(ends.receiver, &value, 0) == ISOLANE_TIMED_OUT);
  std::thread sender([&] {
    test::let_others_park();
    isolane_value late = isolane_int32(1);
    CHECK(api.try_send(ends.sender, &late) == ISOLANE_OK);
  });
  CHECK(api.receive(ends.receiver, &value, -1) == ISOLANE_OK);
  sender.join();
  REQUIRE(ends.send(isolane_int32(2)) == ISOLANE_OK);
  CHECK(api.receive(ends.receiver, &value, 0) == ISOLANE_OK);
}

TEST_CASE("who waits is interrupted, for good, and what can be done at once is still done") {
  for (const size_t capacity : {size_t{0}, size_t{1}}) {
    Ends ends(capacity);
    std::thread receiving([&] {
      isolane_value value;
      CHECK(api.receive(ends.receiver, &value, INFINITY) == ISOLANE_INTERRUPTED);
      CHECK(api.receive(ends.receiver, &value, INFINITY) == ISOLANE_INTERRUPTED);
    });
    test::let_others_park();
    api.receiver_interrupt(ends.receiver);
    receiving.join();

    if (capacity == 1) {
      REQUIRE(ends.send(isolane_null()) == ISOLANE_OK);
    }
    std::thread sending([&] {
      isolane_value value = isolane_int32(3);
      CHECK(api.send(ends.sender, &value, ISOLANE_FOREVER) == ISOLANE_INTERRUPTED);
    });
    test::let_others_park();
    api.sender_interrupt(ends.sender);
    sending.join();
    isolane_value value;
    CHECK(api.receive(ends.receiver, &value, ISOLANE_FOREVER) ==
          (capacity == 1 ? ISOLANE_OK : ISOLANE_INTERRUPTED));
  }
}

TEST_CASE("many threads, each with handles of its own, lose and double nothing") {
  constexpr int kThreads = 3;
  constexpr int kEach = 400;
  for (const size_t capacity : {size_t{0}, size_t{1}, size_t{64}}) {
    const int64_t before = Block::live();
    std::atomic<int> frees{0};
    std::atomic<int64_t> sum{0};
    std::atomic<int> count{0};
    {
      Ends ends(capacity);
      std::vector<std::thread> threads;
      for (int thread = 0; thread < kThreads; thread++) {
        isolane_sender* sender;
        isolane_receiver* receiver;
        REQUIRE(api.sender_clone(ends.sender, &sender) == ISOLANE_OK);
        REQUIRE(api.receiver_clone(ends.receiver, &receiver) == ISOLANE_OK);
        threads.emplace_back([&, sender] {
          for (int i = 0; i < kEach; i++) {
            const std::string number = std::to_string(i);
            isolane_value value = i % 3 == 0   ? isolane_int32(i)
                                  : i % 3 == 1 ? text(number)
                                               : adopted(sizeof i, ISOLANE_INT32_ARRAY, &frees);
            if (i % 3 == 2) std::memcpy(value.as.bytes.data, &i, sizeof i);
            CHECK(api.send(sender, &value, ISOLANE_FOREVER) == ISOLANE_OK);
          }
          api.sender_close(sender);
        });
        threads.emplace_back([&, receiver] {
          isolane_value value;
          while (api.receive(receiver, &value, ISOLANE_FOREVER) == ISOLANE_OK) {
            int number = 0;
            if (value.kind == ISOLANE_INT32) number = value.as.int32;
            if (value.kind == ISOLANE_STRING) number = std::stoi(value.as.string.data);
            if (value.kind == ISOLANE_BYTES) {
              std::memcpy(&number, value.as.bytes.data, sizeof number);
            }
            sum += number;
            count++;
            api.release(&value);
          }
          api.receiver_close(receiver);
        });
      }
      ends.close_sender();
      for (std::thread& one : threads) one.join();
    }
    CHECK(count == kThreads * kEach);
    CHECK(sum == int64_t{kThreads} * kEach * (kEach - 1) / 2);
    CHECK(frees == kThreads * (kEach / 3));
    CHECK(Block::live() == before);
  }
}

}  // namespace isolane

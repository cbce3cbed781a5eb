// UTF-8 there and back, compared with the table of the Unicode Standard.
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "../expect.h"
#include "../input.h"
#include "capi/utf8.h"

namespace isolane::fuzz {
namespace {

// Well-formed sequences, Unicode Standard, table 3-7: ranges of bytes.
struct Row {
  size_t size;
  uint8_t ranges[4][2];
};
constexpr Row kRows[] = {
    {1, {{0x00, 0x7f}}},
    {2, {{0xc2, 0xdf}, {0x80, 0xbf}}},
    {3, {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {3, {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}}},
    {3, {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}}},
    {4, {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}}},
};

// The bytes of the character at the front; 0 if there is none.
size_t first_character(std::span<const uint8_t> bytes) {
  for (const Row& row : kRows) {
    bool fits = bytes.size() >= row.size;
    for (size_t i = 0; fits && i < row.size; i++) {
      fits = bytes[i] >= row.ranges[i][0] && bytes[i] <= row.ranges[i][1];
    }
    if (fits) return row.size;
  }
  return 0;
}

// UTF-16 code units; empty if that is not UTF-8.
std::optional<size_t> units_of(std::span<const uint8_t> bytes) {
  size_t units = 0;
  while (!bytes.empty()) {
    const size_t size = first_character(bytes);
    if (size == 0) return {};
    units += size == 4 ? 2 : 1;
    bytes = bytes.subspan(size);
  }
  return units;
}

void from_utf8(std::span<const uint8_t> bytes) {
  const std::string text(bytes.begin(), bytes.end());
  const std::optional<TextSize> size = size_of_utf8(text.data(), text.size());
  const std::optional<size_t> expected = units_of(bytes);
  EXPECT(size.has_value() == expected.has_value());
  if (!size) return;
  EXPECT(size->units == *expected);

  std::vector<uint16_t> two_byte(size->units);
  utf8_to_two_byte(text.data(), text.size(), two_byte.data());
  EXPECT(utf8_size(two_byte.data(), two_byte.size()) == text.size());
  std::string again(text.size(), '\0');
  to_utf8(two_byte.data(), two_byte.size(), again.data());
  EXPECT(again == text);

  bool is_latin1 = true;
  for (const uint16_t unit : two_byte) is_latin1 = is_latin1 && unit < 256;
  EXPECT(size->one_byte == is_latin1);
  if (!size->one_byte) return;
  std::vector<uint8_t> one_byte(size->units);
  utf8_to_one_byte(text.data(), text.size(), one_byte.data());
  EXPECT(std::equal(one_byte.begin(), one_byte.end(), two_byte.begin(), two_byte.end()));
  EXPECT(utf8_size(one_byte.data(), one_byte.size()) == text.size());
  to_utf8(one_byte.data(), one_byte.size(), again.data());
  EXPECT(again == text);
}

void to_utf8_and_back(std::span<const uint8_t> bytes) {
  std::vector<uint16_t> units(bytes.size() / 2);
  if (!units.empty()) std::memcpy(units.data(), bytes.data(), units.size() * 2);
  std::string text(utf8_size(units.data(), units.size()), '\0');
  to_utf8(units.data(), units.size(), text.data());
  const std::optional<TextSize> size = size_of_utf8(text.data(), text.size());
  EXPECT(size.has_value() && size->units == units.size());
  std::vector<uint16_t> again(units.size());
  utf8_to_two_byte(text.data(), text.size(), again.data());
  for (size_t i = 0; i < units.size(); i++) {
    const bool is_surrogate = (units[i] & 0xf800) == 0xd800;
    EXPECT(again[i] == units[i] || (is_surrogate && again[i] == 0xfffd));
  }
}

}  // namespace
}  // namespace isolane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  isolane::fuzz::from_utf8({data, size});
  isolane::fuzz::to_utf8_and_back({data, size});
  return 0;
}

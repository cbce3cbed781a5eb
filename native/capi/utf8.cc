#include "utf8.h"

namespace isolane {

namespace {

constexpr uint32_t kReplacement = 0xfffd;
constexpr uint32_t kFirstBeyondUnit = 0x10000;
constexpr uint32_t kLast = 0x10ffff;

bool is_lead(uint32_t unit) { return (unit & 0xfc00) == 0xd800; }
bool is_trail(uint32_t unit) { return (unit & 0xfc00) == 0xdc00; }
bool is_surrogate(uint32_t character) { return character >= 0xd800 && character <= 0xdfff; }

// One character, and moves `at` behind it; empty if there is none.
std::optional<uint32_t> read(const uint8_t*& at, const uint8_t* end) {
  const uint32_t first = *at++;
  if (first < 0x80) return first;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || end - at < more) return {};
  uint32_t character = first & (0x3f >> more);
  for (int i = 0; i < more; i++) {
    const uint32_t next = *at++;
    if ((next & 0xc0) != 0x80) return {};
    character = character << 6 | (next & 0x3f);
  }
  const bool overlong = (more == 2 && character < 0x800) || (more == 3 && character < 0x10000);
  if (overlong || is_surrogate(character) || character > kLast) return {};
  return character;
}

template <class Visit>
void for_each(const char* text, size_t length, Visit&& visit) {
  const auto* at = reinterpret_cast<const uint8_t*>(text);
  const uint8_t* const end = at + length;
  while (at != end) visit(*read(at, end));
}

template <class Visit>
void for_each(const uint8_t* one_byte, size_t length, Visit&& visit) {
  for (size_t i = 0; i < length; i++) visit(uint32_t{one_byte[i]});
}

template <class Visit>
void for_each(const uint16_t* two_byte, size_t length, Visit&& visit) {
  for (size_t i = 0; i < length; i++) {
    const uint32_t unit = two_byte[i];
    if (is_lead(unit) && i + 1 < length && is_trail(two_byte[i + 1])) {
      visit(kFirstBeyondUnit + ((unit & 0x3ff) << 10 | (two_byte[++i] & 0x3ffu)));
    } else {
      visit(is_surrogate(unit) ? kReplacement : unit);
    }
  }
}

template <class Unit>
size_t size_of(const Unit* units, size_t length) {
  size_t size = 0;
  for_each(units, length, [&](uint32_t character) {
    size += character < 0x80 ? 1 : character < 0x800 ? 2 : character < kFirstBeyondUnit ? 3 : 4;
  });
  return size;
}

template <class Unit>
void write(const Unit* units, size_t length, char* out) {
  const auto put = [&](uint32_t byte) { *out++ = static_cast<char>(byte); };
  const auto put_rest = [&](uint32_t character, int shift) {
    for (; shift >= 0; shift -= 6) put(0x80 | ((character >> shift) & 0x3f));
  };
  for_each(units, length, [&](uint32_t character) {
    if (character < 0x80) return put(character);
    if (character < 0x800) {
      put(0xc0 | character >> 6);
      return put_rest(character, 0);
    }
    if (character < kFirstBeyondUnit) {
      put(0xe0 | character >> 12);
      return put_rest(character, 6);
    }
    put(0xf0 | character >> 18);
    put_rest(character, 12);
  });
}

}  // namespace

std::optional<TextSize> size_of_utf8(const char* text, size_t length) {
  TextSize size{0, true};
  const auto* at = reinterpret_cast<const uint8_t*>(text);
  const uint8_t* const end = at + length;
  while (at != end) {
    const std::optional<uint32_t> character = read(at, end);
    if (!character) return {};
    size.units += *character < kFirstBeyondUnit ? 1 : 2;
    if (*character > 0xff) size.one_byte = false;
  }
  return size;
}

void utf8_to_one_byte(const char* text, size_t length, uint8_t* out) {
  for_each(text, length, [&](uint32_t character) { *out++ = static_cast<uint8_t>(character); });
}

void utf8_to_two_byte(const char* text, size_t length, uint16_t* out) {
  const auto put = [&](uint32_t unit) { *out++ = static_cast<uint16_t>(unit); };
  for_each(text, length, [&](uint32_t character) {
    if (character < kFirstBeyondUnit) return put(character);
    put(0xd800 | (character - kFirstBeyondUnit) >> 10);
    put(0xdc00 | (character & 0x3ff));
  });
}

size_t utf8_size(const uint8_t* one_byte, size_t length) { return size_of(one_byte, length); }
size_t utf8_size(const uint16_t* two_byte, size_t length) { return size_of(two_byte, length); }
void to_utf8(const uint8_t* one_byte, size_t length, char* out) { write(one_byte, length, out); }
void to_utf8(const uint16_t* two_byte, size_t length, char* out) { write(two_byte, length, out); }

}  // namespace isolane

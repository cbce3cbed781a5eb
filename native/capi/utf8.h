// From UTF-8 to what the engine's strings are made of, and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace isolane {

// What a text needs in an engine.
struct TextSize {
  size_t units;   // UTF-16 code units
  bool one_byte;  // all of them are below 256
};

// Empty if that is not UTF-8: cut off, overlong, a surrogate, or too large.
std::optional<TextSize> size_of_utf8(const char* text, size_t length);
// What size_of_utf8() has found to be UTF-8, and to be of one byte a character, or not.
void utf8_to_one_byte(const char* text, size_t length, uint8_t* out);
void utf8_to_two_byte(const char* text, size_t length, uint16_t* out);

// Bytes of UTF-8. Surrogates without their other half become U+FFFD.
size_t utf8_size(const uint8_t* one_byte, size_t length);
size_t utf8_size(const uint16_t* two_byte, size_t length);
void to_utf8(const uint8_t* one_byte, size_t length, char* out);
void to_utf8(const uint16_t* two_byte, size_t length, char* out);

}  // namespace isolane

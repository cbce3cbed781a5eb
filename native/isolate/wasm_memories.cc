#include "wasm_memories.h"

#include <string>
#include <string_view>

namespace isolane {

namespace {

constexpr size_t kHeader = 8;  // magic number and version
constexpr uint8_t kCustom = 0;
constexpr uint8_t kTypes = 1;
constexpr uint8_t kImports = 2;
constexpr uint8_t kMemories = 5;
constexpr uint8_t kMemoryImport = 2;

// Of a memory's limits.
constexpr uint8_t kHasMaximum = 1;
constexpr uint8_t kShared = 2;
constexpr uint8_t kIs64 = 4;

// LEB128, as long as the format lets it be.
template <class Number>
bool take(const uint8_t*& at, const uint8_t* end, Number* number) {
  constexpr int kBits = sizeof(Number) * 8;
  *number = 0;
  for (int shift = 0; shift < kBits; shift += 7) {
    if (at == end) return false;
    const uint8_t byte = *at++;
    const auto bits = static_cast<Number>(byte & 0x7f);
    if (kBits - shift < 7 && (byte >> (kBits - shift)) != 0) return false;
    *number |= bits << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

void put(std::vector<uint8_t>& out, size_t number) {
  do {
    const auto bits = static_cast<uint8_t>(number & 0x7f);
    number >>= 7;
    out.push_back(number == 0 ? bits : bits | 0x80);
  } while (number != 0);
}

void put(std::vector<uint8_t>& out, std::string_view text) {
  put(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

bool WasmMemories::read(const uint8_t* bytes, size_t size) {
  sections_.clear();
  defined_.clear();
  limits_.clear();
  if (size < kHeader) return false;
  const uint8_t* const end = bytes + size;
  for (const uint8_t* at = bytes + kHeader; at != end;) {
    Section section;
    section.whole.begin = at;
    section.id = *at++;
    uint32_t length = 0;
    if (!take(at, end, &length) || length > static_cast<size_t>(end - at)) return false;
    section.contents = {at, at + length};
    at += length;
    section.whole.end = at;
    sections_.push_back(section);
    if (section.id == kMemories && !read_memories(section.contents)) return false;
  }
  return true;
}

bool WasmMemories::read_memories(Range contents) {
  const uint8_t* at = contents.begin;
  uint32_t count = 0;
  if (!take(at, contents.end, &count)) return false;
  for (uint32_t i = 0; i < count; i++) {
    const uint8_t* const begin = at;
    if (at == contents.end) return false;
    const uint8_t flags = *at++;
    if (flags > (kHasMaximum | kShared | kIs64)) return false;
    WasmMemory memory;
    memory.shared = (flags & kShared) != 0;
    memory.is_64 = (flags & kIs64) != 0;
    const auto take_pages = [&](uint64_t* pages) {
      if (memory.is_64) return take(at, contents.end, pages);
      uint32_t few = 0;
      if (!take(at, contents.end, &few)) return false;
      *pages = few;
      return true;
    };
    if (!take_pages(&memory.initial)) return false;
    if ((flags & kHasMaximum) != 0 && !take_pages(&memory.maximum.emplace())) return false;
    defined_.push_back(memory);
    limits_.push_back({begin, at});
  }
  return at == contents.end;
}

std::vector<uint8_t> WasmMemories::importing() const {
  const uint8_t* const header = sections_.front().whole.begin - kHeader;
  std::vector<uint8_t> module(header, header + kHeader);
  const auto append = [&](Range bytes) { module.insert(module.end(), bytes.begin, bytes.end); };
  const auto put_imports = [&](const Section* old) {
    const std::vector<uint8_t> contents = imports(old);
    module.push_back(kImports);
    put(module, contents.size());
    module.insert(module.end(), contents.begin(), contents.end());
  };
  bool done = false;
  for (const Section& section : sections_) {
    // Its place is right after the types. What is imported has the lower numbers anyway, so that
    // each memory keeps its own.
    if (!done && section.id != kCustom && section.id != kTypes) {
      done = true;
      const bool there = section.id == kImports;
      put_imports(there ? &section : nullptr);
      if (there) continue;
    }
    if (section.id != kMemories) append(section.whole);
  }
  return module;
}

std::vector<uint8_t> WasmMemories::imports(const Section* old) const {
  uint32_t count = 0;
  Range rest;
  if (old != nullptr) {
    rest = old->contents;
    // Of a valid module's.
    if (!take(rest.begin, rest.end, &count)) rest = {};
  }
  std::vector<uint8_t> contents;
  put(contents, count + limits_.size());
  contents.insert(contents.end(), rest.begin, rest.end);
  for (size_t i = 0; i < limits_.size(); i++) {
    put(contents, kMemoriesModule);
    put(contents, std::to_string(i));
    contents.push_back(kMemoryImport);
    contents.insert(contents.end(), limits_[i].begin, limits_[i].end);
  }
  return contents;
}

}  // namespace isolane

// The memories that a WebAssembly module defines, and a module that imports them instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace isolane {

struct WasmMemory {
  uint64_t initial = 0;  // pages of 64 KiB, as is `maximum`
  std::optional<uint64_t> maximum;
  bool shared = false;
  bool is_64 = false;
};

// What a module has to import its memories from; their names there are their numbers, from 0.
constexpr char kMemoriesModule[] = "isolane:memories";

class WasmMemories {
 public:
  // Not every byte is looked at: whether the engine takes this for a module is for it to say.
  // False if it cannot be told what memories there are.
  bool read(const uint8_t* bytes, size_t size);

  const std::vector<WasmMemory>& defined() const { return defined_; }
  // The same module, but that it imports what it defines here. After a read() that found some.
  std::vector<uint8_t> importing() const;

 private:
  struct Range {
    const uint8_t* begin = nullptr;
    const uint8_t* end = nullptr;
  };
  struct Section {
    uint8_t id = 0;
    Range whole;
    Range contents;
  };

  bool read_memories(Range contents);
  std::vector<uint8_t> imports(const Section* old) const;

  std::vector<Section> sections_;
  std::vector<WasmMemory> defined_;
  std::vector<Range> limits_;  // of those, as they are written
};

}  // namespace isolane

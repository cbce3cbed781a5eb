// The shapes of plain objects, and the schemas of records, numbered for the whole process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace isolane {

// A shape is a list of keys in order. Records (kTagRecord) name it by its number instead of
// repeating the keys. Shapes are never forgotten, so there is a most of them; what has another
// shape travels as it did before.
//
// Any thread. Asked once for each shape in an interpreter, which remembers the answer.
class Shapes {
 public:
  using Keys = std::vector<std::u16string>;

  static constexpr size_t kMost = 1 << 14;
  static constexpr size_t kMostKeys = 64;

  static Shapes& all();

  // Its number; none if there are too many of them, or of its keys.
  std::optional<uint32_t> number_of(const Keys& keys);
  // nullptr for a number that was not given.
  const Keys* find(uint32_t number) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::u16string, uint32_t> numbers_;  // by the keys, each after its length
  std::vector<const Keys*> shapes_;
};

// The schemas that were made, as texts; numbered from 1, and never forgotten.
class Schemas {
 public:
  static Schemas& all();

  uint32_t number_of(const std::string& text);
  // Empty for a number that was not given.
  std::string find(uint32_t number) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<std::string> texts_;
};

}  // namespace isolane

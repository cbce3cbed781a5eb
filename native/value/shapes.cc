#include "shapes.h"

namespace isolane {

Shapes& Shapes::all() {
  static auto* const leaked = new Shapes;
  return *leaked;
}

std::optional<uint32_t> Shapes::number_of(const Keys& keys) {
  if (keys.size() > kMostKeys) return std::nullopt;
  std::u16string text;
  for (const std::u16string& key : keys) {
    if (key.size() > 0xffff) return std::nullopt;
    text += static_cast<char16_t>(key.size());
    text += key;
  }
  const std::lock_guard lock(mutex_);
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  if (shapes_.size() == kMost) return std::nullopt;
  const auto number = static_cast<uint32_t>(shapes_.size());
  shapes_.push_back(new Keys(keys));
  numbers_.emplace(std::move(text), number);
  return number;
}

const Shapes::Keys* Shapes::find(uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return number < shapes_.size() ? shapes_[number] : nullptr;
}

Schemas& Schemas::all() {
  static auto* const leaked = new Schemas;
  return *leaked;
}

uint32_t Schemas::number_of(const std::string& text) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = numbers_.try_emplace(text, static_cast<uint32_t>(texts_.size() + 1));
  if (is_new) texts_.push_back(text);
  return found->second;
}

std::string Schemas::find(uint32_t number) const {
  const std::lock_guard lock(mutex_);
  return number == 0 || number > texts_.size() ? std::string() : texts_[number - 1];
}

}  // namespace isolane

#include "code_cache.h"

#include <bit>
#include <cstring>
#include <iterator>

#include "../value/v8_compat.h"

namespace isolane {

using v8::Local;
using v8::String;

namespace {

constexpr size_t kMostBytes = size_t{64} << 20;

// Two lanes of multiply, rotate and exclusive-or over words of 8 bytes, each lane finished by the
// mixing steps of MurmurHash3. Not for adversaries: a name is part of the key as well, and whoever
// writes a module's text decides what it does anyway.
void hash_bytes(const uint8_t* data, size_t size, uint64_t out[2]) {
  constexpr uint64_t kFirst = 0x9E3779B97F4A7C15;
  constexpr uint64_t kSecond = 0xC2B2AE3D27D4EB4F;
  uint64_t a = kFirst ^ size;
  uint64_t b = kSecond + size;
  const auto take = [&](uint64_t word) {
    a = std::rotl(a ^ word, 29) * kFirst;
    b = std::rotl(b + word, 37) * kSecond;
  };
  size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    uint64_t word;
    std::memcpy(&word, data + at, 8);
    take(word);
  }
  uint64_t rest = 0;
  if (at < size) std::memcpy(&rest, data + at, size - at);
  take(rest);
  const auto finish = [](uint64_t x) {
    x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
    x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
    return x ^ (x >> 33);
  };
  out[0] = finish(a + b);
  out[1] = finish(b ^ std::rotl(a, 32));
}

}  // namespace

CodeKey CodeKey::of(v8::Isolate* isolate, Kind kind, Local<String> name, Local<String> source) {
  CodeKey key;
  key.kind = kind;
  String::Utf8Value characters(isolate, name);
  if (*characters != nullptr) key.name.assign(*characters, characters.length());
  const int length = source->Length();
  if (source->IsExternalOneByte()) {
    const auto* text = source->GetExternalOneByteStringResource();
    hash_bytes(reinterpret_cast<const uint8_t*>(text->data()), text->length(), key.hash);
  } else if (source->IsOneByte()) {
    std::vector<uint8_t> text(static_cast<size_t>(length));
    compat::write_one_byte(isolate, source, text.data(), length);
    hash_bytes(text.data(), text.size(), key.hash);
  } else {
    std::vector<uint16_t> text(static_cast<size_t>(length));
    compat::write_two_byte(isolate, source, text.data(), length);
    hash_bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size() * 2, key.hash);
  }
  return key;
}

CodeCache& CodeCache::shared() {
  // Leaked on purpose: interpreters may outlive static objects.
  static CodeCache* const cache = new CodeCache(kMostBytes);
  return *cache;
}

CodeCache::Bytes CodeCache::find(const CodeKey& key) {
  std::lock_guard<std::mutex> guard(mutex_);
  auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->bytes;
}

bool CodeCache::has(const CodeKey& key) {
  std::lock_guard<std::mutex> guard(mutex_);
  return by_key_.contains(key);
}

void CodeCache::store(const CodeKey& key, const uint8_t* data, size_t size) {
  if (size > most_bytes_ / 4) return;
  auto bytes = std::make_shared<const std::vector<uint8_t>>(data, data + size);
  std::lock_guard<std::mutex> guard(mutex_);
  if (auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
  while (!entries_.empty() && counts_.bytes + size > most_bytes_) drop(std::prev(entries_.end()));
  entries_.push_front({key, std::move(bytes)});
  by_key_.emplace(key, entries_.begin());
  counts_.bytes += size;
  counts_.stored++;
}

void CodeCache::count_compiled() {
  std::lock_guard<std::mutex> guard(mutex_);
  counts_.compiled++;
}

void CodeCache::count_consumed() {
  std::lock_guard<std::mutex> guard(mutex_);
  counts_.consumed++;
}

void CodeCache::reject(const CodeKey& key) {
  std::lock_guard<std::mutex> guard(mutex_);
  counts_.rejected++;
  if (auto found = by_key_.find(key); found != by_key_.end()) drop(found->second);
}

CodeCache::Counts CodeCache::counts() {
  std::lock_guard<std::mutex> guard(mutex_);
  return counts_;
}

void CodeCache::drop(Entries::iterator entry) {
  counts_.bytes -= entry->bytes->size();
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace isolane

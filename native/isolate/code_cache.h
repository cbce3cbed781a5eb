// Compiled code of modules, for all interpreters of the process.
#pragma once

#include <v8.h>

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace isolane {

// What code was compiled from: the kind of code, its name (a URL or a path, which is part of what
// V8 keeps), and the text, of which 128 bits of hash stand for its content.
struct CodeKey {
  enum class Kind : uint8_t { kModule, kCommonJs };

  Kind kind = Kind::kModule;
  std::string name;
  uint64_t hash[2] = {0, 0};

  static CodeKey of(v8::Isolate* isolate, Kind kind, v8::Local<v8::String> name,
                    v8::Local<v8::String> source);
  bool operator==(const CodeKey& other) const = default;
};

struct CodeKeyHash {
  size_t operator()(const CodeKey& key) const { return static_cast<size_t>(key.hash[0]); }
};

// V8's caches by key. Any thread. It holds so many bytes at most, and gives up first what has been
// unused for longest.
class CodeCache {
 public:
  using Bytes = std::shared_ptr<const std::vector<uint8_t>>;

  // How often what happened, in this process. A module is `compiled` from its text, or `consumed`
  // from the cache; `rejected` is a cache that V8 would not take, after which its text is compiled.
  struct Counts {
    uint64_t compiled = 0;
    uint64_t consumed = 0;
    uint64_t rejected = 0;
    uint64_t stored = 0;
    uint64_t bytes = 0;  // now
  };

  static CodeCache& shared();

  explicit CodeCache(size_t most_bytes) : most_bytes_(most_bytes) {}

  // Null if there is none.
  Bytes find(const CodeKey& key);
  bool has(const CodeKey& key);
  // Larger than a quarter of all there may be is not kept.
  void store(const CodeKey& key, const uint8_t* data, size_t size);
  void count_compiled();
  void count_consumed();
  // Forgets what V8 did not take.
  void reject(const CodeKey& key);
  Counts counts();

 private:
  struct Entry {
    CodeKey key;
    Bytes bytes;
  };
  using Entries = std::list<Entry>;  // what was used last comes first

  void drop(Entries::iterator entry);

  const size_t most_bytes_;
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<CodeKey, Entries::iterator, CodeKeyHash> by_key_;
  Counts counts_;
};

}  // namespace isolane

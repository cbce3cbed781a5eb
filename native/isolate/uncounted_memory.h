// The memory of buffers that can grow and of WebAssembly, as far as V8 does not count it.
#pragma once

#include <v8.h>

#include <memory>
#include <mutex>
#include <unordered_map>

namespace isolane {

// What the engine tells its embedder nothing of:
// - buffers that are shared and can grow, and memories of WebAssembly that are shared;
// - what resizable buffers have grown by, before V8 13;
// - all memories of WebAssembly, from V8 14 on.
constexpr bool kCountsResizing = V8_MAJOR_VERSION >= 13;
constexpr bool kCountsWasmMemories = V8_MAJOR_VERSION < 14;

// For one interpreter, without keeping anything alive. Any thread.
class UncountedMemory {
 public:
  // From now on what this has beyond so many bytes counts. The first word on it is believed.
  void add(const std::shared_ptr<v8::BackingStore>& store, size_t counted);
  // Of all that are still there, as large as they are now.
  size_t bytes();
  bool empty();

 private:
  struct Entry {
    std::weak_ptr<v8::BackingStore> store;
    size_t counted;
  };

  std::mutex mutex_;
  std::unordered_map<v8::BackingStore*, Entry> entries_;  // guarded by mutex_
};

}  // namespace isolane

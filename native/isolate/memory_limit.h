// What keeps an interpreter within its memoryLimit, which V8's limit of the heap alone does not.
#pragma once

#include <v8.h>

#include <atomic>
#include <cstddef>
#include <memory>

#include "../core/watchdog.h"
#include "counting_allocator.h"
#include "uncounted_memory.h"

namespace isolane {

class Interpreter;

// Buffers, and the memory of WebAssembly, lie outside of the heap, and V8 does not count all of
// that. Ends the interpreter when all of it together is too much even without garbage.
class MemoryLimit {
 public:
  MemoryLimit(Interpreter& interpreter, size_t bytes);

  size_t bytes() const { return limit_; }
  // Has the engine keep to it as far as it does.
  void configure(v8::Isolate::CreateParams* params) const;

  // Inside the interpreter.

  // Whether so many bytes more may be taken. Collects garbage if they may not.
  bool has_room(size_t bytes);
  // This counts from now on, without the bytes that V8 counts. Native code cannot be asked when it
  // grows, so it is looked at from time to time.
  void count(const std::shared_ptr<v8::BackingStore>& store, size_t counted);
  // A buffer was handed over to somebody else.
  void disown(void* data, size_t length) { buffers_->disown(data, length); }
  // So many bytes more, or less, of what V8 counts are left out: those of shared values, and what
  // it counts twice.
  void leave_out(int64_t bytes) { left_out_ += bytes; }
  // So many bytes more are here that V8 counts, but for which it may not collect garbage soon.
  void note_taken(size_t bytes);
  // Garbage was collected.
  void look_after_collection();
  // The engine's heap is near to `current` bytes, its limit: whether that is just what V8 14 says
  // when a buffer is refused, which is a RangeError, and no matter of the heap.
  bool is_refusal_of_buffer(size_t current) const;

 private:
  // What V8 counts outside of its heap, of this interpreter's own.
  size_t external(v8::HeapStatistics& heap) const;
  // Ends the interpreter, at its next safe point, if it has more than it may.
  void check();

  Interpreter& interpreter_;
  const size_t limit_;
  const std::shared_ptr<CountingAllocator> buffers_;  // which keep it alive, wherever they go
  UncountedMemory uncounted_;
  int64_t left_out_ = 0;
  size_t taken_ = 0;  // since it was looked at because of them
  Patrol patrol_;     // for memory that grows by itself
  std::atomic<bool> checking_{false};
};

}  // namespace isolane

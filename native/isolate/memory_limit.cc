#include "memory_limit.h"

#include <algorithm>

#include "interpreter.h"

namespace isolane {

MemoryLimit::MemoryLimit(Interpreter& interpreter, size_t bytes)
    : interpreter_(interpreter),
      limit_(bytes),
      buffers_(std::make_shared<CountingAllocator>(bytes)) {}

void MemoryLimit::configure(v8::Isolate::CreateParams* params) const {
  params->array_buffer_allocator_shared = buffers_;
  params->constraints.ConfigureDefaultsFromHeapSize(0, limit_);
}

bool MemoryLimit::has_room(size_t bytes) {
  if (bytes > limit_) return false;
  v8::Isolate* isolate = interpreter_.isolate();
  const auto fits = [&] {
    v8::HeapStatistics heap;
    isolate->GetHeapStatistics(&heap);
    // V8 counts no buffers that are shared, and other things that are no buffers.
    const size_t used =
        heap.used_heap_size() + uncounted_.bytes() + std::max(external(heap), buffers_->used());
    return used <= limit_ - bytes;
  };
  if (fits()) return true;
  isolate->LowMemoryNotification();
  return fits();
}

size_t MemoryLimit::external(v8::HeapStatistics& heap) const {
  const auto all = static_cast<int64_t>(heap.external_memory());
  return static_cast<size_t>(std::max<int64_t>(all - left_out_, 0));
}

void MemoryLimit::count(const std::shared_ptr<v8::BackingStore>& store, size_t counted) {
  uncounted_.add(store, counted);
  const auto needed = [this] {
    return interpreter_.state() != Interpreter::State::kClosed && !uncounted_.empty();
  };
  patrol_.start(interpreter_, needed, [this] {
    if (uncounted_.bytes() + buffers_->used() > limit_) check();
  });
}

void MemoryLimit::note_taken(size_t bytes) {
  taken_ += bytes;
  if (taken_ < limit_ / 8) return;
  taken_ = 0;
  check();
}

void MemoryLimit::check() {
  if (checking_.exchange(true)) return;
  interpreter_.request([this] {
    if (!has_room(0)) interpreter_.terminate(EndCause::kMemoryLimit);
    checking_.store(false);
  });
}

void MemoryLimit::look_after_collection() {
  v8::HeapStatistics heap;
  interpreter_.isolate()->GetHeapStatistics(&heap);
  const size_t counted = heap.used_heap_size() + external(heap);
  if (counted > limit_) {
    interpreter_.terminate(EndCause::kMemoryLimit);
  } else if (counted + uncounted_.bytes() > limit_) {
    // What was garbage among that has not been freed yet.
    check();
  }
}

bool MemoryLimit::is_refusal_of_buffer(size_t current) const {
  if (!buffers_->has_refused()) return false;
  v8::HeapStatistics heap;
  interpreter_.isolate()->GetHeapStatistics(&heap);
  return heap.used_heap_size() < current / 4 * 3;
}

}  // namespace isolane

#include "inspection.h"

#include <v8-profiler.h>

#include <algorithm>
#include <iterator>

#include "interpreter.h"
#include "text_stream.h"

namespace isolane {

HeapUsage heap_usage(v8::Isolate* isolate) {
  v8::HeapStatistics heap;
  isolate->GetHeapStatistics(&heap);
  const size_t figures[] = {heap.used_heap_size(),      heap.total_heap_size(),
                            heap.heap_size_limit(),     heap.total_physical_size(),
                            heap.external_memory(),     heap.malloced_memory(),
                            heap.peak_malloced_memory()};
  HeapUsage usage;
  std::copy(std::begin(figures), std::end(figures), usage.begin());
  return usage;
}

namespace {

// Nobody waits for the snapshot of an interpreter that is to end.
class WhileWanted final : public v8::ActivityControl {
 public:
  WhileWanted(const Interpreter& interpreter, const Channel& channel)
      : interpreter_(interpreter), channel_(channel) {}
  ControlOption ReportProgressValue(uint32_t, uint32_t) override {
    return interpreter_.stopping() || channel_.closed() ? kAbort : kContinue;
  }

 private:
  const Interpreter& interpreter_;
  const Channel& channel_;
};

}  // namespace

void write_heap_snapshot(Interpreter& interpreter, Endpoint& sender) {
  v8::HandleScope scope(interpreter.isolate());
  WhileWanted control(interpreter, *sender.channel());
  const v8::HeapSnapshot* snapshot =
      interpreter.isolate()->GetHeapProfiler()->TakeHeapSnapshot(&control);
  if (snapshot == nullptr) return;
  TextStream stream(interpreter, sender, kTagBytes);
  snapshot->Serialize(&stream);
  // Before the reader is told that it has everything: this may take a while.
  const_cast<v8::HeapSnapshot*>(snapshot)->Delete();
  stream.finish();
}

}  // namespace isolane

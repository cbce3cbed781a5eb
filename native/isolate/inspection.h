// What can be learned of an interpreter from inside, at a safe point (see Interpreter::request).
#pragma once

#include <v8.h>

#include <array>

#include "../core/endpoint.h"

namespace isolane {

class Interpreter;

// Bytes, in the order of heapUsageOf in src/interpreter/inspection.ts.
using HeapUsage = std::array<double, 7>;
HeapUsage heap_usage(v8::Isolate* isolate);

// Takes a heap snapshot and writes it to `sender` as a TextStream of bytes. The code of the
// interpreter stands still meanwhile.
void write_heap_snapshot(Interpreter& interpreter, Endpoint& sender);

}  // namespace isolane

#include "memory_guard.h"

#include <memory>
#include <utility>

#include "../isolate/wasm_memories.h"
#include "arguments.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

MemoryLimit& limit_of(Arguments args) { return *Realm::of(args).self()->memory_limit(); }

std::shared_ptr<v8::BackingStore> store_of(Local<Value> buffer) {
  if (buffer->IsSharedArrayBuffer()) return buffer.As<v8::SharedArrayBuffer>()->GetBackingStore();
  if (buffer->IsArrayBuffer()) return buffer.As<v8::ArrayBuffer>()->GetBackingStore();
  return nullptr;
}

// Bytes for a number of them that is no more than a hint: what makes no sense is none.
size_t bytes_of(Local<Value> value) {
  const double bytes = number(value);
  if (!(bytes > 0)) return 0;
  return bytes < 9e15 ? static_cast<size_t>(bytes) : std::numeric_limits<size_t>::max();
}

void limit(Arguments args) {
  args.GetReturnValue().Set(static_cast<double>(limit_of(args).bytes()));
}

void counts_wasm_memories(Arguments args) { args.GetReturnValue().Set(kCountsWasmMemories); }

void has_room(Arguments args) {
  args.GetReturnValue().Set(limit_of(args).has_room(bytes_of(args[0])));
}

// (buffer): nobody else counts it.
void count(Arguments args) {
  if (auto store = store_of(args[0])) limit_of(args).count(store, 0);
}

// (buffer, bytes): whether it may be made so large; if so, what it grows by counts, if only here.
// What is no buffer, or cannot be so large, is for the engine to refuse.
void may_grow(Arguments args) {
  args.GetReturnValue().Set(true);
  std::shared_ptr<v8::BackingStore> store = store_of(args[0]);
  const size_t wanted = bytes_of(args[1]);
  if (store == nullptr || !store->IsResizableByUserJavaScript()) return;
  if (wanted <= store->ByteLength() || wanted > store->MaxByteLength()) return;
  if (!limit_of(args).has_room(wanted - store->ByteLength())) {
    args.GetReturnValue().Set(false);
    return;
  }
  if (store->IsShared() || !kCountsResizing) {
    limit_of(args).count(store, store->ByteLength());
  }
}

// Copies the bytes of a module, be it compiled or not. False if it is neither.
bool wasm_bytes(Local<Value> source, std::vector<uint8_t>* bytes) {
  const auto copy = [&](const void* data, size_t length) {
    const auto* first = static_cast<const uint8_t*>(data);
    bytes->assign(first, first + length);
    return true;
  };
  if (source->IsWasmModuleObject()) {
    v8::CompiledWasmModule module = source.As<v8::WasmModuleObject>()->GetCompiledModule();
    const v8::MemorySpan<const uint8_t> wire = module.GetWireBytesRef();
    return copy(wire.data(), wire.size());
  }
  if (std::shared_ptr<v8::BackingStore> store = store_of(source)) {
    return copy(store->Data(), store->ByteLength());
  }
  if (!source->IsArrayBufferView()) return false;
  Local<v8::ArrayBufferView> view = source.As<v8::ArrayBufferView>();
  bytes->resize(view->ByteLength());
  view->CopyContents(bytes->data(), bytes->size());
  return true;
}

// Others may change such bytes at any time.
bool is_shared(Local<Value> source) {
  if (source->IsSharedArrayBuffer()) return true;
  return source->IsArrayBufferView() &&
         source.As<v8::ArrayBufferView>()->Buffer()->GetBackingStore()->IsShared();
}

Local<Value> pages(Isolate* isolate, const WasmMemory& memory, uint64_t number) {
  if (memory.is_64) return v8::BigInt::NewFromUnsigned(isolate, number);
  return v8::Number::New(isolate, static_cast<double>(number));
}

// What `new WebAssembly.Memory` is given for such a memory.
Local<v8::Object> descriptor(Isolate* isolate, const WasmMemory& memory) {
  std::vector<Local<v8::Name>> names;
  std::vector<Local<Value>> values;
  const auto set = [&](const char* name, Local<Value> value) {
    names.push_back(literal(isolate, name));
    values.push_back(value);
  };
  set("initial", pages(isolate, memory, memory.initial));
  if (memory.maximum) set("maximum", pages(isolate, memory, *memory.maximum));
  set("shared", v8::Boolean::New(isolate, memory.shared));
  if (memory.is_64) set("address", literal(isolate, "i64"));
  return v8::Object::New(isolate, v8::Null(isolate), names.data(), values.data(), names.size());
}

// Without the interpreter's allocator, which may refuse.
Local<v8::ArrayBuffer> buffer_of(Isolate* isolate, std::vector<uint8_t> bytes) {
  auto* const owned = new std::vector<uint8_t>(std::move(bytes));
  return v8::ArrayBuffer::New(isolate, v8::ArrayBuffer::NewBackingStore(
                                           owned->data(), owned->size(),
                                           [](void*, size_t, void* vector) {
                                             delete static_cast<std::vector<uint8_t>*>(vector);
                                           },
                                           owned));
}

// (source): undefined if it defines no memory that V8 does not count, or is no module at all; null
// if that cannot be told; or else [the bytes of a module that imports its memories, from where, a
// descriptor for each].
void imported_memories(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  if (is_shared(args[0])) return args.GetReturnValue().SetNull();
  std::vector<uint8_t> bytes;
  if (!wasm_bytes(args[0], &bytes)) return;
  WasmMemories memories;
  if (!memories.read(bytes.data(), bytes.size())) return args.GetReturnValue().SetNull();
  bool uncounted = false;
  std::vector<Local<Value>> descriptors;
  for (const WasmMemory& memory : memories.defined()) {
    uncounted = uncounted || memory.shared || !kCountsWasmMemories;
    descriptors.push_back(descriptor(isolate, memory));
  }
  if (!uncounted) return;
  Local<Value> parts[] = {buffer_of(isolate, memories.importing()),
                          literal(isolate, kMemoriesModule),
                          v8::Array::New(isolate, descriptors.data(), descriptors.size())};
  args.GetReturnValue().Set(v8::Array::New(isolate, parts, 3));
}

}  // namespace

const std::vector<NamedFunction>& memory_guard_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"limit", limit},      {"countsWasmMemories", counts_wasm_memories},
      {"hasRoom", has_room}, {"count", count},
      {"mayGrow", may_grow}, {"importedMemories", imported_memories},
  };
  return *functions;
}

}  // namespace isolane

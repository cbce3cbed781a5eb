#include "code_cache_functions.h"

#include "../isolate/code_cache.h"
#include "realm.h"

namespace isolane {

using v8::Local;

namespace {

void code_cache_counts(Arguments args) {
  v8::Isolate* isolate = args.GetIsolate();
  Local<v8::Context> context = isolate->GetCurrentContext();
  const CodeCache::Counts counts = CodeCache::shared().counts();
  Local<v8::Object> result = v8::Object::New(isolate);
  const auto set = [&](const char* name, uint64_t count) {
    result
        ->Set(context, literal(isolate, name), v8::Number::New(isolate, static_cast<double>(count)))
        .Check();
  };
  set("compiled", counts.compiled);
  set("consumed", counts.consumed);
  set("rejected", counts.rejected);
  set("stored", counts.stored);
  set("bytes", counts.bytes);
  args.GetReturnValue().Set(result);
}

}  // namespace

const std::vector<NamedFunction>& code_cache_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"codeCacheCounts", code_cache_counts},
  };
  return *functions;
}

}  // namespace isolane

#include "guest_code.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../value/v8_compat.h"
#include "realm.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

namespace {

struct Code {
  std::string text;
  std::shared_ptr<const std::vector<uint8_t>> cache;  // V8's; null until the first run
  bool kept = false;                                  // the cache is not made anew any more
};

// Leaked on purpose: interpreters may outlive static objects. What is in stays where it is.
struct Library {
  std::mutex mutex;
  std::string folder;
  std::unordered_map<std::string, Code> by_name;
};
Library& library() {
  static Library* const shared = new Library;
  return *shared;
}

// The source stays outside of the heaps: one copy for all.
class SharedText final : public v8::String::ExternalOneByteStringResource {
 public:
  explicit SharedText(const std::string& text) : text_(text) {}
  const char* data() const override { return text_.data(); }
  size_t length() const override { return text_.size(); }

 private:
  const std::string& text_;
};

bool read_file(const std::string& path, std::string* text) {
  const std::u8string name(path.begin(), path.end());
  std::ifstream file(std::filesystem::path(name), std::ios::binary);
  if (!file) return false;
  text->assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return !file.bad();
}

// The code of that name, read at first use; null if it cannot be. The mutex is held.
Code* find(Library& all, const std::string& name) {
  auto found = all.by_name.find(name);
  if (found != all.by_name.end()) return &found->second;
  std::string text;
  if (!read_file(all.folder + "/" + name + ".js", &text)) return nullptr;
  return &all.by_name.emplace(name, Code{std::move(text), nullptr}).first->second;
}

void store(Code& code, Local<v8::Function> function) {
  std::unique_ptr<v8::ScriptCompiler::CachedData> made(
      v8::ScriptCompiler::CreateCodeCacheForFunction(function));
  if (made == nullptr) return;
  std::lock_guard<std::mutex> guard(library().mutex);
  code.cache = std::make_shared<const std::vector<uint8_t>>(made->data, made->data + made->length);
}

}  // namespace

void GuestCode::set_folder(std::string folder) {
  Library& all = library();
  std::lock_guard<std::mutex> guard(all.mutex);
  if (all.folder.empty()) all.folder = std::move(folder);
}

MaybeLocal<Value> GuestCode::run(Local<v8::Context> context, const std::string& name,
                                 Local<v8::String> parameter, Local<Value> argument,
                                 Local<v8::Function>* ran) {
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  Library& all = library();
  Code* code = nullptr;
  std::shared_ptr<const std::vector<uint8_t>> cache;
  {
    std::lock_guard<std::mutex> guard(all.mutex);
    code = find(all, name);
    if (code != nullptr) cache = code->cache;
  }
  if (code == nullptr) {
    const std::string text =
        "Isolane's own file dist/guest/" + name + ".js cannot be read; install it anew";
    isolate->ThrowException(v8::Exception::Error(literal(isolate, text.c_str())));
    return {};
  }
  Local<v8::String> text;
  if (!v8::String::NewExternalOneByte(isolate, new SharedText(code->text)).ToLocal(&text)) {
    return {};
  }
  v8::ScriptCompiler::CachedData* cached =
      cache == nullptr
          ? nullptr
          : new v8::ScriptCompiler::CachedData(cache->data(), static_cast<int>(cache->size()));
  const std::string file = "isolane:guest/" + name;
  v8::ScriptCompiler::Source source(
      text, compat::script_origin(isolate, literal(isolate, file.c_str()), false), cached);
  Local<v8::Function> function;
  if (!v8::ScriptCompiler::CompileFunction(context, &source, 1, &parameter, 0, nullptr,
                                           cached == nullptr
                                               ? v8::ScriptCompiler::kNoCompileOptions
                                               : v8::ScriptCompiler::kConsumeCodeCache)
           .ToLocal(&function)) {
    return {};
  }
  Local<Value> result;
  if (!function->Call(context, v8::Undefined(isolate), 1, &argument).ToLocal(&result)) return {};

  // After the run, so that the functions which every start needs are in it.
  if (cache == nullptr) store(*code, function);
  if (ran != nullptr) *ran = function;
  return result;
}

void GuestCode::keep(const std::string& name, Local<v8::Function> ran) {
  Library& all = library();
  Code* code = nullptr;
  {
    std::lock_guard<std::mutex> guard(all.mutex);
    auto found = all.by_name.find(name);
    if (found == all.by_name.end() || std::exchange(found->second.kept, true)) return;
    code = &found->second;
  }
  store(*code, ran);
}

bool GuestCode::wants(const std::string& name) {
  Library& all = library();
  std::lock_guard<std::mutex> guard(all.mutex);
  auto found = all.by_name.find(name);
  return found != all.by_name.end() && !found->second.kept;
}

}  // namespace isolane

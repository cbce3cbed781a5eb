#include "module_source.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace isolane {

using v8::MaybeLocal;
using v8::String;

namespace {

// Shorter texts are not worth a resource of their own.
constexpr size_t kLeastShared = 1024;

using Text = std::shared_ptr<const std::string>;

// The texts that interpreters hold at this moment, by hash. Leaked on purpose: interpreters may
// outlive static objects.
struct Texts {
  std::mutex mutex;
  std::unordered_multimap<size_t, std::weak_ptr<const std::string>> by_hash;
};
Texts& texts() {
  static Texts* const all = new Texts;
  return *all;
}

void forget(size_t hash) {
  Texts& all = texts();
  std::lock_guard<std::mutex> guard(all.mutex);
  auto [first, last] = all.by_hash.equal_range(hash);
  while (first != last)
    first = first->second.expired() ? all.by_hash.erase(first) : std::next(first);
}

// The one copy of a text.
Text shared_text(std::string&& bytes, size_t hash) {
  Texts& all = texts();
  std::lock_guard<std::mutex> guard(all.mutex);
  auto [first, last] = all.by_hash.equal_range(hash);
  for (; first != last; ++first) {
    Text known = first->second.lock();
    if (known != nullptr && *known == bytes) return known;
  }
  Text text = std::make_shared<const std::string>(std::move(bytes));
  all.by_hash.emplace(hash, text);
  return text;
}

class SharedSource final : public String::ExternalOneByteStringResource {
 public:
  SharedSource(Text text, size_t hash) : text_(std::move(text)), hash_(hash) {}
  ~SharedSource() override {
    text_.reset();
    forget(hash_);
  }
  const char* data() const override { return text_->data(); }
  size_t length() const override { return text_->size(); }

 private:
  Text text_;
  const size_t hash_;
};

bool is_ascii(const std::string& bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

}  // namespace

MaybeLocal<String> source_text(v8::Isolate* isolate, std::string bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  if (bytes.size() > static_cast<size_t>(String::kMaxLength)) {
    isolate->ThrowException(v8::Exception::RangeError(
        String::NewFromUtf8Literal(isolate, "the text is longer than a string can be")));
    return {};
  }
  if (bytes.size() < kLeastShared || !is_ascii(bytes)) {
    return String::NewFromUtf8(isolate, bytes.data(), v8::NewStringType::kNormal,
                               static_cast<int>(bytes.size()));
  }
  const size_t hash = std::hash<std::string>()(bytes);
  return String::NewExternalOneByte(isolate,
                                    new SharedSource(shared_text(std::move(bytes), hash), hash));
}

}  // namespace isolane

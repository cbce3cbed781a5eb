#include "long_string.h"

#include "host_objects.h"
#include "v8_compat.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::String;

// What the engine has of an external string. It deletes this when it has collected the string.
template <class Base, class Character>
class LongStrings::Resource final : public Base {
 public:
  Resource(LongStrings& owner, const Block& characters)
      : owner_(owner.shared_from_this()),
        data_(reinterpret_cast<const Character*>(characters.bytes)),
        length_(characters.size / sizeof(Character)) {}
  ~Resource() override { owner_->let_go(data_); }
  const Character* data() const override { return data_; }
  size_t length() const override { return length_; }

 private:
  const std::shared_ptr<LongStrings> owner_;
  const Character* const data_;
  const size_t length_;
};

namespace {

const void* external_data(Isolate* isolate, Local<String> string) {
  String::Encoding encoding;
  String::ExternalStringResourceBase* resource =
      compat::external_resource(isolate, string, &encoding);
  if (resource == nullptr) return nullptr;
  if (encoding == String::ONE_BYTE_ENCODING) {
    return static_cast<String::ExternalOneByteStringResource*>(resource)->data();
  }
  return static_cast<String::ExternalStringResource*>(resource)->data();
}

}  // namespace

size_t bytes_of(Local<String> string) {
  return static_cast<size_t>(string->Length()) * (string->IsOneByte() ? 1 : sizeof(uint16_t));
}

Characters LongStrings::characters_of(Local<String> string) {
  if (Characters held = held_by(string)) return held;
  Characters copied = copy(string);
  if (copied != nullptr) keep(string, copied);
  return copied;
}

v8::MaybeLocal<String> LongStrings::make(const Characters& characters, bool one_byte, bool counts) {
  // The engine would refuse it, and not take the resource either.
  const size_t length = characters->size / (one_byte ? sizeof(char) : sizeof(uint16_t));
  if (length > String::kMaxLength) return {};
  const size_t news = hold(characters, counts);
  v8::MaybeLocal<String> made =
      one_byte ? String::NewExternalOneByte(host_->isolate(), new OneByte(*this, *characters))
               : String::NewExternalTwoByte(host_->isolate(), new TwoByte(*this, *characters));
  if (news != 0) take(news);
  return made;
}

void LongStrings::leave() {
  host_ = nullptr;
  forget_last();
}

Characters LongStrings::held_by(Local<String> string) const {
  if (last_ == string) return last_characters_;
  const void* const data = external_data(host_->isolate(), string);
  const auto found = data == nullptr ? held_.end() : held_.find(data);
  return found == held_.end() ? nullptr : found->second.characters;
}

Characters LongStrings::copy(Local<String> string) const {
  const int length = string->Length();
  const bool one_byte = string->IsOneByte();
  std::unique_ptr<Block> block = Block::allocate(bytes_of(string));
  if (block == nullptr) return nullptr;
  if (one_byte) {
    compat::write_one_byte(host_->isolate(), string, block->bytes, length);
  } else {
    compat::write_two_byte(host_->isolate(), string, reinterpret_cast<uint16_t*>(block->bytes),
                           length);
  }
  return block;
}

void LongStrings::keep(Local<String> string, const Characters& characters) {
  const bool made = string->IsOneByte()
                        ? make_external<OneByte>(string, characters, String::ONE_BYTE_ENCODING)
                        : make_external<TwoByte>(string, characters, String::TWO_BYTE_ENCODING);
  if (made) return;
  last_characters_ = characters;
  last_.Reset(host_->isolate(), string);
  last_.SetWeak(
      this,
      [](const v8::WeakCallbackInfo<LongStrings>& info) { info.GetParameter()->forget_last(); },
      v8::WeakCallbackType::kParameter);
}

template <class Resource>
bool LongStrings::make_external(Local<String> string, const Characters& characters,
                                String::Encoding encoding) {
  if (!string->CanMakeExternal(encoding)) return false;
  const size_t news = hold(characters, true);
  auto resource = std::make_unique<Resource>(*this, *characters);
  const bool made = compat::make_external(host_->isolate(), string, resource.get());
  if (made) (void)resource.release();  // the engine's
  if (news != 0) take(news);
  return made;
}

size_t LongStrings::hold(const Characters& characters, bool counts) {
  Held& held = held_[characters->bytes];
  if (held.strings++ != 0) {
    leave_out(static_cast<int64_t>(characters->size));
    return 0;
  }
  held.characters = characters;
  held.counts = counts;
  return counts ? characters->size : 0;
}

void LongStrings::let_go(const void* data) {
  const auto found = held_.find(data);
  const auto size = static_cast<int64_t>(found->second.characters->size);
  if (--found->second.strings != 0) return leave_out(-size);
  if (found->second.counts) press(-size);
  held_.erase(found);
}

// The engine collects garbage for the sake of memory that it is told of, but not for that of its
// external strings.
void LongStrings::press(int64_t bytes) {
  if (host_ != nullptr) host_->isolate()->AdjustAmountOfExternalAllocatedMemory(bytes);
}

void LongStrings::take(size_t bytes) {
  press(static_cast<int64_t>(bytes));
  if (host_ != nullptr) host_->note_taken(bytes);
}

// In the engine's statistics, though, each external string has memory of its own.
void LongStrings::leave_out(int64_t bytes) {
  if (host_ != nullptr) host_->leave_out(bytes);
}

void LongStrings::forget_last() {
  last_.Reset();
  last_characters_.reset();
}

}  // namespace isolane

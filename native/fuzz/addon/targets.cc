#include "targets.h"

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <utility>

#include "../../value/decode.h"
#include "../../value/encode.h"

namespace isolane::fuzz {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

namespace {

Tag tag_of(const std::string& target) {
  if (target == "parcels") return kTagEmpty;
  return target == "records" ? kTagRecord : kTagSerialized;
}

bool has_code(Realm& realm, Local<Value> error, const char* code) {
  Local<Value> its_code;
  return error.As<v8::Object>()
             ->Get(realm.context(), literal(realm.isolate(), "code"))
             .ToLocal(&its_code) &&
         its_code->StrictEquals(literal(realm.isolate(), code));
}

bool is_stack_overflow(Realm& realm, Local<Value> error) {
  Local<v8::String> said;
  return error->ToDetailString(realm.context()).ToLocal(&said) &&
         said->StringEquals(
             literal(realm.isolate(), "RangeError: Maximum call stack size exceeded"));
}

// How an operation on damaged bytes may fail.
void expect_error(Realm& realm, Local<Value> error, std::initializer_list<const char*> codes) {
  if (error->IsNativeError()) {
    for (const char* code : codes) {
      if (has_code(realm, error, code)) return;
    }
    if (is_stack_overflow(realm, error)) return;
  }
  const v8::String::Utf8Value text(realm.isolate(), error);
  std::fprintf(stderr, "expected an error with the code %s, got: %s\n", *codes.begin(), *text);
  std::abort();
}

constexpr char kDamaged[] = "ERR_ISOLANE_DAMAGED_MESSAGE";
// Where the damage is in the name of a class.
constexpr char kUnknownClass[] = "ERR_ISOLANE_UNKNOWN_CLASS";
constexpr char kNotShareable[] = "ERR_ISOLANE_NOT_SHAREABLE";

constexpr size_t kRunsBetweenCleaning = 512;

}  // namespace

Target::Target(Realm& realm, Parcels& parcels, std::string name)
    : realm_(realm),
      parcels_(parcels),
      name_(std::move(name)),
      tag_(tag_of(name_)),
      shares_(name_ == "shared") {}

void Target::run(std::span<const uint8_t> input) {
  v8::HandleScope scope(realm_.isolate());
  Parcel parcel = parcels_.from_bytes(input, tag_, shares_ ? Holds::kShared : Holds::kAnything);
  if (!parcel.empty()) try_out(std::move(parcel));
  if (++runs_ % kRunsBetweenCleaning == 0) clean_up();
}

void Target::try_out(Parcel&& parcel) {
  v8::TryCatch caught(realm_.isolate());
  Local<Value> value;
  if (decoded(std::move(parcel)).ToLocal(&value)) {
    if (!shares_) encode_again(value);
  } else {
    expect_error(realm_, caught.Exception(), {kDamaged, kUnknownClass});
  }
}

MaybeLocal<Value> Target::decoded(Parcel&& parcel) {
  if (!shares_) return decode(realm_, std::move(parcel));
  const size_t size = parcel.weight();
  return decode_shared(realm_, std::make_shared<const SharedValue>(std::move(parcel), size));
}

void Target::encode_again(Local<Value> value) {
  v8::TryCatch caught(realm_.isolate());
  Parcel parcel;
  Handover handover;
  if (!encode(realm_, value, {}, &parcel, &handover)) {
    return expect_error(realm_, caught.Exception(), {kNotShareable});
  }
  Local<Value> again;
  if (decode(realm_, std::move(parcel)).ToLocal(&again)) return;
  std::fputs("what was decoded can be encoded, but not decoded again\n", stderr);
  std::abort();
}

void Target::clean_up() {
  realm_.isolate()->RequestGarbageCollectionForTesting(v8::Isolate::kFullGarbageCollection);
  realm_.platform()->DrainTasks(realm_.isolate());
}

}  // namespace isolane::fuzz

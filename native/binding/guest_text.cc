#include "guest_text.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "../value/v8_compat.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

// The bytes of a buffer or of a view of one.
bool bytes_of(Local<Value> value, Bytes* bytes) {
  const auto all = [&](const std::shared_ptr<v8::BackingStore>& store, size_t offset, size_t size) {
    *bytes = {static_cast<uint8_t*>(store->Data()) + offset, size};
    return true;
  };
  if (value->IsArrayBuffer()) {
    Local<v8::ArrayBuffer> buffer = value.As<v8::ArrayBuffer>();
    return all(buffer->GetBackingStore(), 0, buffer->ByteLength());
  }
  if (value->IsSharedArrayBuffer()) {
    Local<v8::SharedArrayBuffer> buffer = value.As<v8::SharedArrayBuffer>();
    return all(buffer->GetBackingStore(), 0, buffer->ByteLength());
  }
  if (!value->IsArrayBufferView()) return false;
  Local<v8::ArrayBufferView> view = value.As<v8::ArrayBufferView>();
  return all(view->Buffer()->GetBackingStore(), view->ByteOffset(), view->ByteLength());
}

bool is_ascii(const Bytes& bytes) {
  uint8_t all = 0;
  for (size_t i = 0; i < bytes.size; i++) all |= bytes.data[i];
  return all < 0x80;
}

// Whether the bytes are UTF-8 as the Encoding Standard has it: no overlong forms, no surrogates,
// nothing above U+10FFFF. (Unicode Standard, table 3-7.)
bool is_utf8(const Bytes& bytes) {
  const uint8_t* at = bytes.data;
  const uint8_t* const end = at + bytes.size;
  while (at != end) {
    const uint8_t lead = *at++;
    if (lead < 0x80) continue;
    int more;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      more = 2;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      more = 3;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    for (; more > 0; more--) {
      if (at == end || *at < low || *at > high) return false;
      at++;
      low = 0x80;
      high = 0xBF;
    }
  }
  return true;
}

void throw_type_error(Isolate* isolate, const char* message) {
  isolate->ThrowException(v8::Exception::TypeError(literal(isolate, message)));
}

bool bytes_argument(Arguments args, int index, Bytes* bytes) {
  if (bytes_of(args[index], bytes)) return true;
  throw_type_error(args.GetIsolate(), "a buffer or a view of one is needed");
  return false;
}

// The first argument's bytes, of which a string is to be made: one character of so many bytes.
bool text_argument(Arguments args, size_t bytes_each, Bytes* bytes) {
  if (!bytes_argument(args, 0, bytes)) return false;
  if (bytes->size / bytes_each <= static_cast<size_t>(v8::String::kMaxLength)) return true;
  args.GetIsolate()->ThrowException(v8::Exception::RangeError(
      literal(args.GetIsolate(), "the text is longer than a string can be")));
  return false;
}

void give(Arguments args, v8::MaybeLocal<v8::String> made) {
  Local<v8::String> text;
  if (made.ToLocal(&text)) args.GetReturnValue().Set(text);
}

v8::MaybeLocal<v8::String> one_byte_string(Isolate* isolate, const Bytes& bytes) {
  return v8::String::NewFromOneByte(isolate, bytes.data, v8::NewStringType::kNormal,
                                    static_cast<int>(bytes.size));
}

void encode_utf8(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsString()) return throw_type_error(isolate, "a string is needed");
  Local<v8::String> text = args[0].As<v8::String>();
  const size_t size = compat::utf8_length(isolate, text);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(isolate, size);
  if (size != 0) compat::write_utf8(isolate, text, static_cast<char*>(buffer->Data()), size);
  args.GetReturnValue().Set(v8::Uint8Array::New(buffer, 0, size));
}

// (text, target, counts): as much as there is room for; counts[0] is characters read, counts[1]
// bytes written.
void encode_utf8_into(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Bytes target;
  Bytes counts;
  if (!args[0]->IsString() || !args[2]->IsUint32Array()) {
    return throw_type_error(isolate, "a string and a Uint32Array are needed");
  }
  if (!bytes_argument(args, 1, &target) || !bytes_argument(args, 2, &counts)) return;
  uint32_t result[2] = {0, 0};
  if (counts.size < sizeof(result)) return throw_type_error(isolate, "two counts are needed");
  if (target.size != 0) {
    size_t read = 0;
    result[1] = static_cast<uint32_t>(compat::write_utf8(isolate, args[0].As<v8::String>(),
                                                         reinterpret_cast<char*>(target.data),
                                                         target.size, &read));
    result[0] = static_cast<uint32_t>(read);
  }
  std::memcpy(counts.data, result, sizeof(result));
}

// (bytes, fatal): undefined if `fatal` and the bytes are not UTF-8.
void decode_utf8(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  Bytes bytes;
  if (!text_argument(args, 1, &bytes)) return;
  if (is_ascii(bytes)) return give(args, one_byte_string(isolate, bytes));
  if (args[1]->IsTrue() && !is_utf8(bytes)) return;
  give(args, v8::String::NewFromUtf8(isolate, reinterpret_cast<const char*>(bytes.data),
                                     v8::NewStringType::kNormal, static_cast<int>(bytes.size)));
}

void decode_latin1(Arguments args) {
  Bytes bytes;
  if (text_argument(args, 1, &bytes)) give(args, one_byte_string(args.GetIsolate(), bytes));
}

// (bytes, big_endian): lone surrogates stay, and so does an odd byte at the end, unread.
void decode_utf16(Arguments args) {
  Bytes bytes;
  if (!text_argument(args, 2, &bytes)) return;
  // A copy, since a view may begin anywhere.
  std::vector<uint16_t> units(bytes.size / 2);
  const int high = args[1]->IsTrue() ? 0 : 1;
  for (size_t i = 0; i < units.size(); i++) {
    const uint8_t* unit = bytes.data + 2 * i;
    units[i] = static_cast<uint16_t>(unit[high] << 8 | unit[1 - high]);
  }
  give(args, v8::String::NewFromTwoByte(args.GetIsolate(), units.data(), v8::NewStringType::kNormal,
                                        static_cast<int>(units.size())));
}

}  // namespace

const std::vector<NamedFunction>& guest_text_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"encodeUtf8", encode_utf8},   {"encodeUtf8Into", encode_utf8_into},
      {"decodeUtf8", decode_utf8},   {"decodeLatin1", decode_latin1},
      {"decodeUtf16", decode_utf16},
  };
  return *functions;
}

}  // namespace isolane

#include "reason.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <utility>

#include "encode.h"
#include "tags.h"

namespace isolane {

namespace {

// A reason is a parcel without attachments: its tag, its meta, which fits in a byte, its bytes.
constexpr size_t kHeader = 2;

void fill(Parcel* parcel, uint8_t tag, uint32_t meta, const uint8_t* bytes, size_t size) {
  if (size <= Parcel::kInlineCapacity) {
    uint8_t* room = parcel->set_inline(tag, size, meta);
    if (size != 0) std::memcpy(room, bytes, size);
    return;
  }
  std::unique_ptr<Block> block = Block::allocate(size);
  if (block == nullptr) return;  // no memory: the reason is lost, what it explains is not
  std::memcpy(block->bytes, bytes, size);
  parcel->set_block(tag, std::move(block), meta);
}

// False if `value` cannot be plain bytes.
bool encode_plain(HostObjects& host, v8::Local<v8::Value> value, Parcel* parcel) {
  Handover handover;  // never committed
  return encode(host, value, v8::Local<v8::Value>(), parcel, &handover) && handover.empty() &&
         (!parcel->is_block() || parcel->block()->attachments.empty());
}

}  // namespace

Reason encode_reason(HostObjects& host, v8::Local<v8::Value> value) {
  v8::Isolate* isolate = host.isolate();
  if (value.IsEmpty() || value->IsUndefined()) return {};
  Parcel parcel;
  v8::TryCatch caught(isolate);
  if (!encode_plain(host, value, &parcel)) {
    caught.Reset();
    v8::Local<v8::String> text;
    v8::Local<v8::Context> context = isolate->GetCurrentContext();
    // Of symbols, and what has no text of its own, the engine makes one.
    const bool has_text = !value->IsSymbol() && value->ToString(context).ToLocal(&text);
    if (!has_text && !value->ToDetailString(context).ToLocal(&text)) return {};
    if (!encode_plain(host, text, &parcel)) return {};
  }
  const uint8_t* bytes = parcel.is_block() ? parcel.block()->bytes : parcel.inline_bytes();
  const size_t size = parcel.is_block() ? parcel.block()->size : parcel.inline_length();
  Reason reason(kHeader + size);
  reason[0] = parcel.tag();
  reason[1] = static_cast<uint8_t>(parcel.meta());
  std::copy_n(bytes, size, reason.begin() + kHeader);
  return reason;
}

Parcel reason_parcel(const Reason& reason) {
  Parcel parcel;
  if (reason.empty()) {
    parcel.set_word(kTagUndefined, 0);
  } else {
    fill(&parcel, reason[0], reason[1], reason.data() + kHeader, reason.size() - kHeader);
  }
  return parcel;
}

Reason text_reason(const std::string& ascii) {
  Reason reason = {kTagOneByte, 0};
  std::replace_copy_if(
      ascii.begin(), ascii.end(), std::back_inserter(reason),
      [](char c) { return (c & 0x80) != 0; }, '?');
  return reason;
}

Parcel text_parcel(const std::string& ascii) { return reason_parcel(text_reason(ascii)); }

}  // namespace isolane

#include "text_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "interpreter.h"

namespace isolane {

TextStream::TextStream(const Interpreter& interpreter, Endpoint& sender, Tag tag)
    : interpreter_(interpreter), sender_(sender), tag_(tag) {}

v8::OutputStream::WriteResult TextStream::WriteAsciiChunk(char* data, int size) {
  if (!append(data, static_cast<size_t>(size))) aborted_ = true;
  return aborted_ ? kAbort : kContinue;
}

// V8 calls this even if the last chunk of all was refused.
void TextStream::EndOfStream() { complete_ = !aborted_ && (filled_ == 0 || send_part()); }

void TextStream::finish() {
  Parcel end;
  if (complete_) {
    end.set_word(kTagTrue, 0);
  } else if (out_of_memory_) {
    end.set_word(kTagFalse, 0);
  } else {
    return;
  }
  sender_.channel()->try_send(end);
}

bool TextStream::append(const char* data, size_t size) {
  while (size > 0) {
    if (interpreter_.stopping()) return false;
    if (part_ == nullptr) {
      part_ = Block::allocate(std::max(kSmallestPart, total_ / 256));
      out_of_memory_ = part_ == nullptr;
      if (out_of_memory_) return false;
    }
    const size_t count = std::min(size, part_->size - filled_);
    std::memcpy(part_->bytes + filled_, data, count);
    filled_ += count;
    data += count;
    size -= count;
    if (filled_ == part_->size && !send_part()) return false;
  }
  return true;
}

bool TextStream::send_part() {
  total_ += filled_;
  part_->size = std::exchange(filled_, 0);
  Parcel parcel;
  const uint32_t meta = tag_ == kTagBytes ? uint32_t{kUint8Array} : 0;
  parcel.set_block(tag_, std::move(part_), meta);
  return sender_.channel()->try_send(parcel) == Status::kDone;
}

}  // namespace isolane

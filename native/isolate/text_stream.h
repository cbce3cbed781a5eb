// Sends through a channel what V8 writes as text.
#pragma once

#include <v8-profiler.h>

#include <cstddef>
#include <memory>

#include "../core/endpoint.h"
#include "../core/parcel.h"
#include "../value/tags.h"

namespace isolane {

class Interpreter;

// The messages are parts of the text, then `true`, or `false` if memory ran out.
// It stops early, without such an end, when nobody receives any more or the interpreter is to end.
//
// It never waits: the interpreter must not stand still for as long as somebody else takes to read.
// What is not received yet stays in the channel. Parts grow with the text, so that kParts of them
// hold any.
class TextStream final : public v8::OutputStream {
 public:
  // The capacity that the channel must have. Where parts are 1/256 of what came before, 256 more of
  // them make it 2.7 times as long: these are enough for terabytes.
  static constexpr size_t kParts = 2048;

  // How the parts arrive: kTagBytes as Uint8Array, kTagOneByte as strings.
  TextStream(const Interpreter& interpreter, Endpoint& sender, Tag tag);

  int GetChunkSize() override { return static_cast<int>(kSmallestPart); }
  WriteResult WriteAsciiChunk(char* data, int size) override;
  void EndOfStream() override;

  // To be called when V8 is done, whether it wrote everything or not.
  void finish();

 private:
  static constexpr size_t kSmallestPart = 64 * 1024;

  bool append(const char* data, size_t size);
  bool send_part();

  const Interpreter& interpreter_;
  Endpoint& sender_;
  const Tag tag_;
  std::unique_ptr<Block> part_;
  size_t filled_ = 0;  // bytes of part_
  size_t total_ = 0;   // bytes sent
  bool out_of_memory_ = false;
  bool aborted_ = false;
  bool complete_ = false;
};

}  // namespace isolane

// Instances of classes that travel as themselves, in one message that is being encoded.
#pragma once

#include <v8.h>

#include <cstdint>

#include "host_objects.h"

namespace isolane {

// V8's serializer would write such an instance like any object. So in the value that it is given
// there are stand-ins of ours (src/ownership/stand-ins.ts), and what the instances travel as is
// written before the value, inner ones first: whoever reads has made each of them when it is met.
class Instances {
 public:
  // From what HostObjects::with_stand_ins() returns; replaces `value`. False if an exception is
  // pending.
  bool read(HostObjects& host, v8::Local<v8::Array> parts, v8::Local<v8::Value>* value);

  uint32_t count() const { return count_; }
  // What it travels as. False if an exception is pending.
  bool value_of(uint32_t index, v8::Local<v8::Value>* value) const;
  // The next one has been written.
  void note_written() { written_++; }
  // Its index; false if it has not been written.
  bool find(v8::Local<v8::Object> stand_in, uint32_t* index) const;
  // What is in a box, with stand-ins. False if an exception is pending.
  bool content_of(v8::Local<v8::Object> box, v8::Local<v8::Value>* value) const;

 private:
  HostObjects* host_ = nullptr;
  v8::Local<v8::Map> boxes_;       // what is in them
  v8::Local<v8::Map> numbers_;     // of stand-ins, in order
  v8::Local<v8::Array> in_order_;  // stand-ins and their numbers in turn
  uint32_t count_ = 0;
  uint32_t written_ = 0;
};

}  // namespace isolane

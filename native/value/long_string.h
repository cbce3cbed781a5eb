// Strings whose characters are one block of memory for all interpreters that have them.
#pragma once

#include <v8.h>

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "../core/parcel.h"

namespace isolane {

class HostObjects;

// Never changed: any number of threads may read them.
using Characters = std::shared_ptr<const Block>;

// Strings of fewer bytes are copied: one with memory of its own costs more than it saves.
constexpr size_t kLongString = 4096;

size_t bytes_of(v8::Local<v8::String> string);

// The long strings of one interpreter. To the engine they are external strings, of which each keeps
// this object: it may outlive the realm that made it. Only on the thread that runs in its isolate.
class LongStrings : public std::enable_shared_from_this<LongStrings> {
 public:
  explicit LongStrings(HostObjects& host) : host_(&host) {}

  // The characters of a string of at least kLongString bytes: copied when it is sent for the first
  // time, and its own from then on. One byte each if there are as many bytes as characters. Nothing
  // when memory is out.
  Characters characters_of(v8::Local<v8::String> string);

  // A string of these. `counts`: nothing else here has the engine know of their memory; where there
  // are several of the same characters, that of the first is what holds.
  v8::MaybeLocal<v8::String> make(const Characters& characters, bool one_byte, bool counts);

  // The realm ends; the strings may live on.
  void leave();

 private:
  template <class Base, class Character>
  class Resource;
  using OneByte = Resource<v8::String::ExternalOneByteStringResource, char>;
  using TwoByte = Resource<v8::String::ExternalStringResource, uint16_t>;

  struct Held {
    Characters characters;
    size_t strings = 0;
    bool counts = false;
  };

  // Nothing if it has memory of the engine's, or of others.
  Characters held_by(v8::Local<v8::String> string) const;
  Characters copy(v8::Local<v8::String> string) const;
  // Sees to it that the string is not copied again.
  void keep(v8::Local<v8::String> string, const Characters& characters);
  template <class Resource>
  bool make_external(v8::Local<v8::String> string, const Characters& characters,
                     v8::String::Encoding encoding);
  // How many bytes are new here, to be taken when the string is there that has them.
  size_t hold(const Characters& characters, bool counts);
  void let_go(const void* data);
  void take(size_t bytes);
  void press(int64_t bytes);
  void leave_out(int64_t bytes);
  void forget_last();

  HostObjects* host_;  // nullptr: it has ended
  // By where they are in memory, which also tells strings of ours from those of Node and of other
  // addons.
  std::unordered_map<const void*, Held> held_;
  // The last string that was copied and that had to stay as it was: the engine refuses to give
  // other memory to young ones. Weak.
  v8::Global<v8::String> last_;
  Characters last_characters_;
};

}  // namespace isolane

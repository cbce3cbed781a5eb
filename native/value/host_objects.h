// What the encoder and the decoder must know of the objects that native/binding gives to
// JavaScript.
#pragma once

#include <v8.h>

#include "../core/endpoint.h"
#include "../core/parcel.h"
#include "long_string.h"
#include "shared_value.h"
#include "views.h"

namespace isolane {

// Implemented by native/binding, one for each context. All on the thread that runs in the isolate.
class HostObjects {
 public:
  virtual ~HostObjects() = default;
  virtual v8::Isolate* isolate() const = 0;
  virtual LongStrings& long_strings() = 0;

  // The endpoint behind a Sender or Receiver; nullptr if `object` is neither.
  virtual Endpoint* endpoint_of(v8::Local<v8::Object> object) = 0;
  // Whether `object` marks a value to be handed over; if so, that value and what goes with it.
  virtual bool unwrap_moved(v8::Local<v8::Object> object, v8::Local<v8::Value>* value,
                            v8::Local<v8::Array>* transfer) = 0;
  // Whether `object` is a box whose content goes wherever it is sent; if so, that content, which is
  // empty if it has gone.
  virtual bool unwrap_owned(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) = 0;
  // An array of the buffers and endpoints in a value; undefined if one of the buffers cannot be
  // handed over. Calls JavaScript.
  virtual v8::MaybeLocal<v8::Value> movable_parts(v8::Local<v8::Value> value) = 0;
  // A box, and what is to be in it; an empty value: nothing any more.
  virtual v8::MaybeLocal<v8::Object> make_owned() = 0;
  virtual void fill_owned(v8::Local<v8::Object> box, v8::Local<v8::Value> value) = 0;
  // The value behind a Shared; nullptr if `object` is none.
  virtual const SharedRef* shared_of(v8::Local<v8::Object> object) = 0;
  // The Shared of a value: the same as long as there is one.
  virtual v8::MaybeLocal<v8::Object> make_shared(const SharedRef& value) = 0;
  // Whether `object` is a view that cannot be written through; if so, of what.
  virtual bool unwrap_view(v8::Local<v8::Object> object, FixedBytes* bytes) = 0;
  virtual v8::MaybeLocal<v8::Value> make_view(const FixedBytes& bytes) = 0;
  // Whether `object` stands for a Map, a Set, a Date or a RegExp that nobody can change; if so,
  // that.
  virtual bool unwrap_frozen(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) = 0;
  virtual v8::MaybeLocal<v8::Value> make_frozen(v8::Local<v8::Object> object) = 0;
  // Whether there may be instances here of classes that travel as themselves.
  virtual bool has_instances() const = 0;
  // A value with stand-ins for such instances: an array of that value, a Map of what is then in the
  // boxes in it, and a Map of the stand-ins, each after those in it, to their indices. Calls
  // JavaScript.
  virtual v8::MaybeLocal<v8::Array> with_stand_ins(v8::Local<v8::Value> value) = 0;
  // Whether `object` is a stand-in; if so, what it travels as.
  virtual bool unwrap_stand_in(v8::Local<v8::Object> object, v8::Local<v8::Value>* value) = 0;
  // The instance of what a stand-in has travelled as; that itself if its class is not known here;
  // no object if it is no such thing. Calls JavaScript.
  virtual v8::MaybeLocal<v8::Value> make_instance(v8::Local<v8::Value> value) = 0;
  // Throws the error for a message with such an instance.
  virtual void throw_unknown_class(v8::Local<v8::Value> message, v8::Local<v8::Value> instance) = 0;
  // The bytes of a buffer are handed over to somebody else.
  virtual void disown(void* data, size_t length) = 0;
  // So many bytes more, or less, are counted by the engine, but not for the memory limit.
  virtual void leave_out(int64_t bytes) = 0;
  // So many bytes more are counted by the engine, outside of its heap.
  virtual void note_taken(size_t bytes) = 0;
  // A Sender or Receiver that owns `endpoint`.
  virtual v8::MaybeLocal<v8::Object> make_endpoint(Endpoint&& endpoint) = 0;
  // A handle of the same channel as `endpoint`, which is one of this context's, is on its way to
  // others.
  virtual void endpoint_cloned(Endpoint& endpoint) = 0;
  // Closes an endpoint of this context, whose place another one has taken elsewhere.
  virtual void give_away(Endpoint& endpoint) = 0;
  // The value of a kTagRecord parcel.
  virtual v8::MaybeLocal<v8::Value> read_record(const Parcel& record) = 0;
  // Throws the error for a value that cannot travel; `shares`: that cannot be shared, at least.
  virtual void throw_not_shareable(v8::Local<v8::Value> value, v8::Local<v8::String> why,
                                   bool shares = false) = 0;
};

}  // namespace isolane

// Values that nothing can change.
#pragma once

#include <v8.h>

#include <vector>

#include "host_objects.h"

namespace isolane {

// Freezes values that were just decoded and that no JavaScript code has yet, with everything in
// them. In place of what keeps its contents where freezing does not reach stand objects of ours:
// for buffers and views, Maps, Sets, Dates and RegExps. The same object is always replaced by the
// same.
//
// Native, so that it does not depend on what code in this context has made of its built-in objects.
class Freezer {
 public:
  explicit Freezer(HostObjects& host);

  // Empty with an exception pending when memory is out.
  v8::MaybeLocal<v8::Value> run(v8::Local<v8::Value> value);
  // Leaves an object as it is that code has made of frozen values: it may be anything. False with
  // an exception pending when memory is out.
  bool leave(v8::Local<v8::Object> object);

 private:
  v8::MaybeLocal<v8::Value> replace(v8::Local<v8::Value> value);
  bool enter(v8::Local<v8::Object> object);
  bool enter_map(v8::Local<v8::Map> map);
  bool enter_set(v8::Local<v8::Set> set);
  v8::MaybeLocal<v8::Value> replaced_element(v8::Local<v8::Array> array, uint32_t index);
  bool replace_properties(v8::Local<v8::Object> object);
  bool redefine(v8::Local<v8::Object> object, v8::Local<v8::Value> key, v8::Local<v8::Value> value,
                bool anew);

  HostObjects& host_;
  v8::Isolate* const isolate_;
  const v8::Local<v8::Context> context_;
  const v8::Local<v8::Map> known_;  // what stands for each object that was met
  std::vector<v8::Global<v8::Object>> left_;
};

}  // namespace isolane

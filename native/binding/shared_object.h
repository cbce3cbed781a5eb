// The native half of a Shared of JavaScript.
#pragma once

#include <v8.h>

#include <vector>

#include "../value/shared_value.h"
#include "control.h"
#include "wrapped.h"

namespace isolane {

class SharedObject final : public Wrapped {
 public:
  SharedObject(Realm& realm, v8::Local<v8::Object> handle, SharedRef value);
  ~SharedObject() override;

  // NativeShared: nativeId() is the same for the same value in all interpreters.
  static v8::Local<v8::FunctionTemplate> make_template(v8::Isolate* isolate,
                                                       v8::Local<v8::Value> data);

  const SharedRef& value() const { return value_; }
  // The value is never taken away: nothing waits for it, and others have it as well.
  void abandon() override {}
  void drop_contents() override { value_.reset(); }

 private:
  SharedRef value_;
};

const std::vector<NamedFunction>& shared_functions();

}  // namespace isolane

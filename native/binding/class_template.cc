#include "class_template.h"

#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

Local<v8::FunctionTemplate> class_template(Isolate* isolate, Local<Value> data, const char* name,
                                           v8::FunctionCallback construct, int fields) {
  Local<v8::FunctionTemplate> made = v8::FunctionTemplate::New(isolate, construct, data);
  made->SetClassName(literal(isolate, name));
  made->InstanceTemplate()->SetInternalFieldCount(fields);
  return made;
}

void add_method(Isolate* isolate, Local<v8::FunctionTemplate> made, const char* name,
                v8::FunctionCallback call) {
  Local<v8::String> key = literal(isolate, name);
  Local<v8::FunctionTemplate> method =
      v8::FunctionTemplate::New(isolate, call, Local<Value>(), v8::Signature::New(isolate, made), 0,
                                v8::ConstructorBehavior::kThrow);
  method->SetClassName(key);
  made->PrototypeTemplate()->Set(key, method, v8::DontEnum);
}

void refuse_construction(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  isolate->ThrowException(v8::Exception::TypeError(literal(isolate, "Illegal constructor")));
}

}  // namespace isolane

#include "instance_functions.h"

#include "../value/v8_compat.h"
#include "class_template.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

void construct_stand_in(Arguments args) {
  if (!args.IsConstructCall() || !args[0]->IsObject()) return refuse_construction(args);
  args.This()->SetInternalField(0, args[0]);
}

// expectInstances(): from now on, what is sent here is searched for them.
void expect_instances(Arguments args) { Realm::of(args).expect_instances(); }

Container container(Local<Value> value) {
  if (value->IsProxy()) return Container::kProxy;
  if (value->IsArray()) return Container::kArray;
  if (value->IsMap()) return Container::kMap;
  if (value->IsSet()) return Container::kSet;
  return compat::is_ordinary_object(value) ? Container::kObject : Container::kNone;
}

// containerOf(object): how V8's serializer sees it, whatever its prototype says.
void container_of(Arguments args) {
  args.GetReturnValue().Set(static_cast<int32_t>(container(args[0])));
}

}  // namespace

Local<v8::FunctionTemplate> stand_in_template(Isolate* isolate, Local<Value> data) {
  return class_template(isolate, data, "NativeStandIn", construct_stand_in, 1);
}

const std::vector<NamedFunction>& instance_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"expectInstances", expect_instances},
      {"containerOf", container_of},
  };
  return *functions;
}

}  // namespace isolane

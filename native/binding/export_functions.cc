#include "export_functions.h"

#include "../capi/capi.h"
#include "../capi/exports.h"
#include "realm.h"

namespace isolane {

namespace {

void native_api(Arguments args) {
  const auto address = reinterpret_cast<uintptr_t>(&capi());
  args.GetReturnValue().Set(v8::BigInt::NewFromUnsigned(args.GetIsolate(), address));
}

// (endpoint, moves): a token. If it moves, the endpoint is given away.
void export_endpoint(Arguments args) {
  Realm& realm = Realm::of(args);
  Endpoint* endpoint = args[0]->IsObject() ? realm.endpoint_of(args[0].As<v8::Object>()) : nullptr;
  if (endpoint == nullptr || !endpoint->open()) {
    args.GetIsolate()->ThrowException(
        v8::Exception::TypeError(literal(args.GetIsolate(), "an open endpoint is needed")));
    return;
  }
  const uint64_t token = Exports::all().add(endpoint->clone(), realm.party()->id());
  realm.endpoint_cloned(*endpoint);
  if (args[1]->IsTrue()) realm.give_away(*endpoint);
  args.GetReturnValue().Set(v8::BigInt::NewFromUnsigned(args.GetIsolate(), token));
}

void drop_export(Arguments args) {
  if (args[0]->IsBigInt()) Exports::all().drop(args[0].As<v8::BigInt>()->Uint64Value());
}

}  // namespace

const std::vector<NamedFunction>& export_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"nativeApi", native_api},
      {"exportEndpoint", export_endpoint},
      {"dropExport", drop_export},
  };
  return *functions;
}

}  // namespace isolane

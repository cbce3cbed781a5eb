#include "ending_functions.h"

#include <memory>
#include <optional>

#include "../isolate/endings.h"
#include "../value/decode.h"
#include "../value/reason.h"
#include "arguments.h"
#include "node_guest.h"
#include "realm.h"

namespace isolane {

using v8::Local;
using v8::Value;

namespace {

std::optional<Ending> ending_of(uint64_t id) {
  if (std::shared_ptr<Interpreter> interpreter = Interpreter::find(id)) {
    return interpreter->ending();
  }
  if (std::shared_ptr<NodeGuest> guest = NodeGuest::registry().find(id))
    return guest->how_it_ends();
  return kept_ending(id);
}

void ending(Arguments args) {
  Realm& realm = Realm::of(args);
  const std::optional<Ending> found = ending_of(id_of(args[0]));
  Local<Value> reason;
  if (!found || !decode(realm, reason_parcel(found->reason)).ToLocal(&reason)) return;
  Local<Value> cause = v8::Integer::New(realm.isolate(), static_cast<int32_t>(found->cause));
  Local<Value> both[] = {cause, reason};
  args.GetReturnValue().Set(v8::Array::New(realm.isolate(), both, 2));
}

}  // namespace

const std::vector<NamedFunction>& ending_functions() {
  static const std::vector<NamedFunction>* const functions =
      new std::vector<NamedFunction>{{"ending", ending}};
  return *functions;
}

}  // namespace isolane

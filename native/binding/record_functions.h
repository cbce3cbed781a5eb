// What the codec of records in JavaScript (src/codec) asks of native code.
#pragma once

#include <v8.h>

#include <vector>

#include "control.h"

namespace isolane {

class Realm;

const std::vector<NamedFunction>& record_functions();

// Whether objects have nothing but their enumerable properties: ordinary objects, and arrays
// without properties that are no elements. From args[at] on: one object; two of the inner ones; the
// number of inner objects; an array of them.
bool are_plain(Realm& realm, Arguments args, int at);

}  // namespace isolane

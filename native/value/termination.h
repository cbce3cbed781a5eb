// Code that is being terminated, as a v8::TryCatch sees it.
#pragma once

#include <v8.h>

namespace isolane {

// Whether what failed was terminated. Where no JavaScript is below on the stack, a TryCatch further
// in keeps a termination to itself: then nothing was caught here.
inline bool was_terminated(const v8::TryCatch& caught) {
  return caught.HasTerminated() || !caught.HasCaught();
}

// Lets what was caught go on. Termination does so by itself as far as there is JavaScript below,
// and thrown again would become an exception that code can catch.
inline void pass_on(v8::TryCatch& caught) {
  if (caught.HasCaught() && !caught.HasTerminated()) caught.ReThrow();
}

}  // namespace isolane

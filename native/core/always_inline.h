#pragma once

// For a function of the fast path that compilers think too large to be inlined, and that gives
// several values: called, it hands them over in memory, which takes as long as the rest of it.
#if defined(_MSC_VER)
#define ISOLANE_ALWAYS_INLINE __forceinline
#else
#define ISOLANE_ALWAYS_INLINE [[gnu::always_inline]] inline
#endif

#pragma once

#include <cstdio>
#include <cstdlib>

// Ends the process, by which the fuzzer keeps the input, unless the condition holds.
#define EXPECT(condition)                                                           \
  do {                                                                              \
    if (!(condition)) {                                                             \
      std::fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                 \
    }                                                                               \
  } while (false)

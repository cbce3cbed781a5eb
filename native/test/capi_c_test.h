#ifndef ISOLANE_CAPI_C_TEST_H_
#define ISOLANE_CAPI_C_TEST_H_

#include "isolane/isolane.h"

#ifdef __cplusplus
extern "C" {
#endif

/* NULL, or what is wrong. The tokens are of one channel, with room for a message. */
const char* isolane_test_in_c(uint64_t address, uint64_t sender_token, uint64_t receiver_token);

#ifdef __cplusplus
}
#endif

#endif /* ISOLANE_CAPI_C_TEST_H_ */

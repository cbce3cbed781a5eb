/* What native/test/capi_test.cc has done in C: that the header is C11, and that what it declares
 * can be used from there. */
#include "capi_c_test.h"

#include <math.h>
#include <string.h>

/* Without the address of a table there is none, nor of one that is too old. */
static int checks_versions(uint64_t address) {
  return isolane_get(0, ISOLANE_API_VERSION) == NULL &&
         isolane_get(address, ISOLANE_API_VERSION + 1) == NULL &&
         isolane_get(address, ISOLANE_API_VERSION) != NULL &&
         ISOLANE_HAS(isolane_get(address, ISOLANE_API_VERSION), release);
}

const char* isolane_test_in_c(uint64_t address, uint64_t sender_token, uint64_t receiver_token) {
  const isolane_api* api = isolane_get(address, ISOLANE_API_VERSION);
  isolane_sender* sender;
  isolane_receiver* receiver;
  isolane_value value;
  double number = 0;
  if (!checks_versions(address)) return "the version is not checked";
  if (api->claim_sender(sender_token, &sender) != ISOLANE_OK) return "no sender";
  if (api->claim_receiver(receiver_token, &receiver) != ISOLANE_OK) return "no receiver";

  value = isolane_int32(-7);
  if (api->try_send(sender, &value) != ISOLANE_OK) return "not sent";
  if (api->receive(receiver, &value, INFINITY) != ISOLANE_OK) return "not received";
  if (!isolane_number(&value, &number) || number != -7) return "another number";

  value = isolane_string(
      "Gr\xc3\xbc\xc3\x9f"
      "e",
      7);
  if (api->send(sender, &value, ISOLANE_FOREVER) != ISOLANE_OK) return "no text sent";
  if (api->try_receive(receiver, &value) != ISOLANE_OK) return "no text received";
  if (value.kind != ISOLANE_STRING || value.as.string.length != 7) return "no text";
  if (strcmp(value.as.string.data,
             "Gr\xc3\xbc\xc3\x9f"
             "e") != 0)
    return "another text";
  api->release(&value);
  api->release(&value);

  api->sender_close(sender);
  if (api->receive(receiver, &value, 0) != ISOLANE_CLOSED) return "not closed";
  api->receiver_close(receiver);
  return NULL;
}

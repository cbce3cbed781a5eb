/*
 * A source of samples on a native thread: it sends blocks of doubles into one channel, without a
 * copy, receives what a guest makes of each from a second one, and passes the guest's summary on
 * through a third. The thread has no engine, and no event loop.
 *
 *     start(blocks, samples, readings, verdicts, report)   the last three from exportEndpoint()
 */
#include <isolane/isolane.h>
#include <math.h>
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

typedef struct {
  const isolane_api* api;
  isolane_sender* readings;
  isolane_receiver* verdicts;
  isolane_sender* report;
  uint32_t blocks;
  uint32_t samples;
  uv_thread_t thread;
  uv_mutex_t closing; /* who interrupts a handle must not meet one that was closed */
} Feed;

/* NULL is no handle: to close it does nothing. */
static void close_sender(Feed* feed, isolane_sender** sender) {
  uv_mutex_lock(&feed->closing);
  feed->api->sender_close(*sender);
  *sender = NULL;
  uv_mutex_unlock(&feed->closing);
}

static void close_all(Feed* feed) {
  close_sender(feed, &feed->readings);
  close_sender(feed, &feed->report);
  uv_mutex_lock(&feed->closing);
  feed->api->receiver_close(feed->verdicts);
  feed->verdicts = NULL;
  uv_mutex_unlock(&feed->closing);
}

static void free_samples(void* data, void* hint) {
  (void)hint;
  free(data);
}

/* One turn of a sine, as loud as the block's number says. The memory goes along: what the guest
 * reads is what is written here. */
static isolane_status send_block(Feed* feed, uint32_t block) {
  const isolane_api* api = feed->api;
  const size_t bytes = feed->samples * sizeof(double);
  double* samples = malloc(bytes);
  if (samples == NULL) return ISOLANE_NO_MEMORY;
  for (uint32_t i = 0; i < feed->samples; i++) {
    samples[i] = (block + 1) * sin(6.283185307179586 * i / feed->samples);
  }
  isolane_value value;
  isolane_status status =
      api->adopt(samples, bytes, ISOLANE_FLOAT64_ARRAY, free_samples, NULL, &value);
  if (status != ISOLANE_OK) {
    free(samples);
    return status;
  }
  status = api->send(feed->readings, &value, ISOLANE_FOREVER);
  api->release(&value); /* what was sent is ours no more, and this does nothing */
  return status;
}

static isolane_status run(Feed* feed) {
  const isolane_api* api = feed->api;
  isolane_value value;
  double loudest = 0;
  for (uint32_t block = 0; block < feed->blocks; block++) {
    isolane_status status = send_block(feed, block);
    if (status == ISOLANE_OK) status = api->receive(feed->verdicts, &value, ISOLANE_FOREVER);
    if (status != ISOLANE_OK) return status;
    double loudness;
    if (isolane_number(&value, &loudness) && loudness > loudest) loudest = loudness;
    api->release(&value);
  }
  close_sender(feed, &feed->readings); /* no more of them: the guest's loop ends */

  char line[80];
  snprintf(line, sizeof line, "%u blocks, the loudest %.3f", (unsigned)feed->blocks, loudest);
  value = isolane_string(line, strlen(line));
  isolane_status status = api->send(feed->report, &value, ISOLANE_FOREVER);

  /* The guest's summary is an object, which is not for C, but can be passed on as it is. */
  while (status == ISOLANE_OK) {
    status = api->receive(feed->verdicts, &value, ISOLANE_FOREVER);
    if (status == ISOLANE_OK) status = api->send(feed->report, &value, ISOLANE_FOREVER);
    api->release(&value);
  }
  return status == ISOLANE_CLOSED ? ISOLANE_OK : status;
}

static void run_thread(void* argument) {
  Feed* feed = argument;
  const isolane_status status = run(feed);
  if (status != ISOLANE_OK) {
    feed->api->sender_poison(feed->report, feed->api->status_text(status));
  }
  close_all(feed);
}

/* The environment ends: the thread is told to leave, wherever it waits. */
static void stop(void* argument) {
  Feed* feed = argument;
  uv_mutex_lock(&feed->closing);
  feed->api->sender_interrupt(feed->readings);
  feed->api->receiver_interrupt(feed->verdicts);
  feed->api->sender_interrupt(feed->report);
  uv_mutex_unlock(&feed->closing);
  uv_thread_join(&feed->thread);
  uv_mutex_destroy(&feed->closing);
  free(feed);
}

/* Takes the two numbers out of what exportEndpoint() has made. */
static int read_exported(napi_env env, napi_value exported, Feed* feed, uint64_t* token) {
  napi_value value;
  uint64_t address = 0;
  bool lossless;
  if (napi_get_named_property(env, exported, "api", &value) != napi_ok ||
      napi_get_value_bigint_uint64(env, value, &address, &lossless) != napi_ok ||
      napi_get_named_property(env, exported, "token", &value) != napi_ok ||
      napi_get_value_bigint_uint64(env, value, token, &lossless) != napi_ok) {
    return 0;
  }
  feed->api = isolane_get(address, ISOLANE_API_VERSION);
  return feed->api != NULL;
}

static const char* begin(napi_env env, napi_value arguments[], Feed* feed) {
  uint64_t readings, verdicts, report;
  if (napi_get_value_uint32(env, arguments[0], &feed->blocks) != napi_ok ||
      napi_get_value_uint32(env, arguments[1], &feed->samples) != napi_ok || feed->samples == 0) {
    return "the numbers of blocks and of samples are needed";
  }
  if (!read_exported(env, arguments[2], feed, &readings) ||
      !read_exported(env, arguments[3], feed, &verdicts) ||
      !read_exported(env, arguments[4], feed, &report)) {
    return "three exported endpoints are needed, of an Isolane that is recent enough";
  }
  if (feed->api->claim_sender(readings, &feed->readings) != ISOLANE_OK ||
      feed->api->claim_receiver(verdicts, &feed->verdicts) != ISOLANE_OK ||
      feed->api->claim_sender(report, &feed->report) != ISOLANE_OK) {
    return "a sender, a receiver and a sender are needed";
  }
  return uv_thread_create(&feed->thread, run_thread, feed) == 0 ? NULL : "there is no thread";
}

static napi_value start(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  size_t count = 5;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok) return NULL;
  Feed* feed = calloc(1, sizeof *feed);
  if (feed == NULL || uv_mutex_init(&feed->closing) != 0) {
    free(feed);
    napi_throw_error(env, NULL, "there is no memory");
    return NULL;
  }
  const char* problem = begin(env, arguments, feed);
  if (problem == NULL) {
    napi_add_env_cleanup_hook(env, stop, feed);
    return NULL;
  }
  if (feed->api != NULL) close_all(feed);
  uv_mutex_destroy(&feed->closing);
  free(feed);
  napi_throw_error(env, NULL, problem);
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "start", NAPI_AUTO_LENGTH, start, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "start", function) != napi_ok) {
    return NULL;
  }
  return exports;
}

/*
 * Isolane's channels for C and C++: other addons and plain threads send and receive without an
 * engine. docs/native.md tells how to get from JavaScript to here, with an example.
 *
 * Nothing is linked. JavaScript hands over two numbers, which `exportEndpoint(tx)` gives it: the
 * address of the table of functions below, and a token for one end of a channel:
 *
 *     const isolane_api* api = isolane_get(address, ISOLANE_API_VERSION);
 *     isolane_sender* sender;
 *     if (api == NULL || api->claim_sender(token, &sender) != ISOLANE_OK) return fail();
 *     ... and from then on, on any thread:
 *     isolane_value value = isolane_double(20.5);
 *     isolane_status status = api->send(sender, &value, ISOLANE_FOREVER);
 *     api->sender_close(sender);
 *
 * ERRORS. A function that can fail returns an isolane_status. Whatever is not ISOLANE_OK has not
 * happened: a value that was to be sent is still the caller's, and no message was taken. NULL
 * where something is needed is ISOLANE_INVALID_ARGUMENT and never a crash, but a pointer to what
 * was closed or released is as bad as in any C library.
 *
 * THREADS. A sender or receiver belongs to one thread at a time; which one may change, if the
 * program sees to it that one has finished before the next begins. Only the two interrupt
 * functions may be called meanwhile from elsewhere. To use one channel from several threads give
 * each a handle of its own, by sender_clone() and receiver_clone(). Nothing here may be called in a
 * signal handler.
 *
 * OWNERSHIP. Handles count: while one sender is open its channel does not end. So each of them is
 * closed, once. A value with an `owner` is released, or sent; see isolane_value.
 *
 * VERSIONS. The table only grows: what stands in it keeps its place and its meaning, so an addon
 * works with the version that it was compiled for, and with every later one.
 */
#ifndef ISOLANE_ISOLANE_H_
#define ISOLANE_ISOLANE_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ISOLANE_API_VERSION 1

/* For `timeout_ms`: no limit. So is every negative number, and infinity. */
#define ISOLANE_FOREVER (-1.0)

/* One end of a channel each: a counted handle, owned by native code. */
typedef struct isolane_sender isolane_sender;
typedef struct isolane_receiver isolane_receiver;

typedef enum isolane_status {
  ISOLANE_OK = 0,
  ISOLANE_WOULD_BLOCK = 1, /* of try_send() and try_receive(): full, or empty */
  ISOLANE_CLOSED = 2,      /* no receiver is left, or nothing more will come */
  ISOLANE_POISONED = 3,
  ISOLANE_TIMED_OUT = 4,
  ISOLANE_INTERRUPTED = 5,      /* by sender_interrupt() or receiver_interrupt() */
  ISOLANE_INVALID_ARGUMENT = 6, /* NULL, not a kind, not a number, not a token, not aligned */
  ISOLANE_NO_MEMORY = 7,
  ISOLANE_NOT_REPRESENTABLE = 8 /* no JavaScript value: text that is not UTF-8, or anything longer
                                   than the engine allows */
} isolane_status;

typedef enum isolane_kind {
  ISOLANE_UNDEFINED = 0,
  ISOLANE_NULL = 1,
  ISOLANE_BOOLEAN = 2, /* as.boolean */
  ISOLANE_INT32 = 3,   /* as.int32: a number. Arrives for every number that is one, however it was
                          sent; isolane_number() reads both kinds. */
  ISOLANE_DOUBLE = 4,  /* as.number */
  ISOLANE_INT64 = 5,   /* as.int64: a BigInt. Larger ones arrive as ISOLANE_OTHER. */
  ISOLANE_STRING = 6,  /* as.string: UTF-8 */
  ISOLANE_BYTES = 7,   /* as.bytes: an ArrayBuffer or a view of one, as `view` says */
  ISOLANE_OTHER = 8    /* arrives only: what C cannot look into, such as objects; also a string for
                          whose UTF-8 there is no memory. It can be sent on as it is, or released. */
} isolane_kind;

/* As what bytes are seen in JavaScript. Those of a Node Buffer arrive as ISOLANE_UINT8_ARRAY. */
typedef enum isolane_view {
  ISOLANE_ARRAY_BUFFER = 0,
  ISOLANE_UINT8_ARRAY = 1,
  ISOLANE_UINT8_CLAMPED_ARRAY = 2,
  ISOLANE_INT8_ARRAY = 3,
  ISOLANE_UINT16_ARRAY = 4,
  ISOLANE_INT16_ARRAY = 5,
  ISOLANE_UINT32_ARRAY = 6,
  ISOLANE_INT32_ARRAY = 7,
  ISOLANE_FLOAT32_ARRAY = 8,
  ISOLANE_FLOAT64_ARRAY = 9,
  ISOLANE_BIGINT64_ARRAY = 10,
  ISOLANE_BIGUINT64_ARRAY = 11,
  ISOLANE_DATA_VIEW = 12,
  ISOLANE_FLOAT16_ARRAY = 13 /* where the engine has it, from Node 24 on; else an ArrayBuffer */
} isolane_view;

/*
 * A value that is to be sent, or has been received.
 *
 * To be sent it is best made by the functions at the end of this file, which leave no field unset.
 * With `owner` NULL it owns nothing: text and bytes are copied when it is sent, and stay the
 * caller's.
 *
 * With another `owner`, which receive(), try_receive() and adopt() set, it owns its message: text
 * and bytes lie in there, and can be read (and bytes be written) without a copy until the value is
 * released. Sent, it is the message that goes, whatever the other fields say, so nothing is copied
 * and nothing of an ISOLANE_OTHER is lost; after ISOLANE_OK the value is undefined and owns
 * nothing. Copies of the struct are the same value: only one of them may be released or sent.
 */
typedef struct isolane_value {
  int32_t kind; /* an isolane_kind */
  int32_t view; /* of ISOLANE_BYTES: an isolane_view */
  union {
    int32_t boolean; /* 0 or 1 */
    int32_t int32;
    double number;
    int64_t int64;
    struct {
      const char* data; /* a received one has a zero after its last byte */
      size_t length;    /* bytes */
    } string;
    struct {
      void* data;
      size_t length; /* bytes, whatever the elements are */
    } bytes;
  } as;
  void* owner;
} isolane_value;

/* A channel at one moment; others may have changed it since. */
typedef struct isolane_info {
  uint64_t id;       /* what `id` is in JavaScript: the same for all handles of a channel */
  uint64_t size;     /* messages that are queued */
  uint64_t capacity; /* 0: from hand to hand. UINT64_MAX: unbounded. */
  int32_t closed;    /* not 0: nothing more can be sent; what is queued can still be received */
  int32_t poisoned;  /* not 0: nothing can be received either */
} isolane_info;

/* Frees what adopt() was given. May be called on any thread, also while an engine collects garbage
 * there: it must be quick, must neither call JavaScript nor anything of this file, and must stay
 * loaded for as long as the memory may live. It is called once, or never if the process ends
 * first. */
typedef void (*isolane_free)(void* data, void* hint);

typedef struct isolane_api {
  uint32_t version; /* an ISOLANE_API_VERSION */
  uint32_t size;    /* of the table, in bytes; see ISOLANE_HAS */

  /* In English, for logs; never NULL, and never freed. */
  const char* (*status_text)(isolane_status status);

  /* Turns a token of exportEndpoint() into a handle, once. The handle is the caller's from then on
   * and outlives the Node environment that the token comes from; a token that nobody has claimed
   * is worth nothing after that environment's end.
   * ISOLANE_INVALID_ARGUMENT: it is no token, was claimed or closed, or is one for the other side
   * (then it can still be claimed as that). Any thread. */
  isolane_status (*claim_sender)(uint64_t token, isolane_sender** sender);
  isolane_status (*claim_receiver)(uint64_t token, isolane_receiver** receiver);

  /* One more handle on the same side of the channel, for another thread or owner. */
  isolane_status (*sender_clone)(isolane_sender* sender, isolane_sender** clone);
  isolane_status (*receiver_clone)(isolane_receiver* receiver, isolane_receiver** clone);

  /* Gives up the handle, and frees it. When the last sender is closed, receivers take what is
   * queued and then get ISOLANE_CLOSED; when the last receiver is closed, what is queued is
   * dropped and senders get ISOLANE_CLOSED at once. NULL does nothing. */
  void (*sender_close)(isolane_sender* sender);
  void (*receiver_close)(isolane_receiver* receiver);

  /* Ends the channel for everybody: what is queued is dropped, and all operations on either side
   * get ISOLANE_POISONED, in JavaScript a ChannelPoisonedError with `reason`, which is UTF-8 with a
   * zero at its end, or NULL for none. The handle stays, and is to be closed.
   * ISOLANE_NOT_REPRESENTABLE: the reason is not UTF-8, and nothing is poisoned. */
  isolane_status (*sender_poison)(isolane_sender* sender, const char* reason);
  isolane_status (*receiver_poison)(isolane_receiver* receiver, const char* reason);

  /* Ends the operation that waits through this handle, and every later one that would have to wait:
   * they return ISOLANE_INTERRUPTED. There is no way back. To be called from other threads, when
   * the handle's own is to come to its end; not when the handle may have been closed. */
  void (*sender_interrupt)(isolane_sender* sender);
  void (*receiver_interrupt)(isolane_receiver* receiver);

  isolane_status (*sender_info)(const isolane_sender* sender, isolane_info* info);
  isolane_status (*receiver_info)(const isolane_receiver* receiver, isolane_info* info);

  /* Sends without waiting. ISOLANE_WOULD_BLOCK: the channel is full, or, if its capacity is 0,
   * nobody waits for a message. ISOLANE_CLOSED, ISOLANE_POISONED: it will never be possible.
   * ISOLANE_INVALID_ARGUMENT: the value's kind, or its view, is none; or the length of bytes is no
   * multiple of their elements'. ISOLANE_NO_MEMORY, ISOLANE_NOT_REPRESENTABLE. */
  isolane_status (*try_send)(isolane_sender* sender, isolane_value* value);

  /* Sends, and blocks this thread while the channel is full; if its capacity is 0, until the
   * message has been received. Beside what try_send() returns: ISOLANE_TIMED_OUT, after so many
   * milliseconds (fractions count; 0: what can be done at once is done), ISOLANE_INTERRUPTED. */
  isolane_status (*send)(isolane_sender* sender, isolane_value* value, double timeout_ms);

  /* Receives without waiting. On ISOLANE_OK the caller has the value and, if that has an `owner`,
   * has to release it or to send it on; otherwise it is undefined. What `value` held before is
   * overwritten, not released. ISOLANE_WOULD_BLOCK: there is nothing. ISOLANE_CLOSED: and there
   * will be nothing. ISOLANE_POISONED, ISOLANE_NO_MEMORY. */
  isolane_status (*try_receive)(isolane_receiver* receiver, isolane_value* value);

  /* Receives, and blocks this thread while there is nothing. Beside what try_receive() returns:
   * ISOLANE_TIMED_OUT, ISOLANE_INTERRUPTED; see send(). */
  isolane_status (*receive)(isolane_receiver* receiver, isolane_value* value, double timeout_ms);

  /* Makes a value of memory that is handed over instead of copied: what receives it, an engine or
   * C, has that very memory, and `free` is called with `data` and `hint` when nobody has it any
   * more. From ISOLANE_OK on the value owns it, so it is sent, or released; it must not be written
   * by others. Otherwise `free` is not called.
   * ISOLANE_INVALID_ARGUMENT: `data` or `free` is NULL, `data` is not aligned for the elements of
   * `view` or `length` no multiple of theirs. ISOLANE_NOT_REPRESENTABLE, ISOLANE_NO_MEMORY. */
  isolane_status (*adopt)(void* data, size_t length, isolane_view view, isolane_free free,
                          void* hint, isolane_value* value);

  /* Frees what the value owns, if anything, and makes it undefined. NULL does nothing. Any
   * thread. */
  void (*release)(isolane_value* value);
} isolane_api;

/* Whether the table has the function of that name, which came with a version later than the one
 * that was asked for: ISOLANE_HAS(api, release). */
#define ISOLANE_HAS(api, name) ((api)->size > offsetof(isolane_api, name))

/* The table behind an address that exportEndpoint() gave; NULL if that is 0, or the Isolane that is
 * installed is older than `version`. */
static inline const isolane_api* isolane_get(uint64_t address, uint32_t version) {
  const isolane_api* api = (const isolane_api*)(uintptr_t)address;
  return api == NULL || api->version < version ? NULL : api;
}

/* Values to be sent. Text and bytes need to live until the send returns. */

static inline isolane_value isolane_undefined(void) {
  isolane_value value;
  value.kind = ISOLANE_UNDEFINED;
  value.view = ISOLANE_ARRAY_BUFFER;
  value.as.string.data = NULL;
  value.as.string.length = 0;
  value.owner = NULL;
  return value;
}

static inline isolane_value isolane_null(void) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_NULL;
  return value;
}

static inline isolane_value isolane_boolean(int truth) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_BOOLEAN;
  value.as.boolean = truth != 0;
  return value;
}

static inline isolane_value isolane_int32(int32_t number) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_INT32;
  value.as.int32 = number;
  return value;
}

static inline isolane_value isolane_double(double number) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_DOUBLE;
  value.as.number = number;
  return value;
}

/* A BigInt. */
static inline isolane_value isolane_int64(int64_t number) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_INT64;
  value.as.int64 = number;
  return value;
}

/* UTF-8. `length` is in bytes, without a zero at the end. */
static inline isolane_value isolane_string(const char* data, size_t length) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_STRING;
  value.as.string.data = data;
  value.as.string.length = length;
  return value;
}

/* `length` is in bytes. To hand memory over instead of having it copied, see adopt(). */
static inline isolane_value isolane_bytes(const void* data, size_t length, isolane_view view) {
  isolane_value value = isolane_undefined();
  value.kind = ISOLANE_BYTES;
  value.view = view;
  value.as.bytes.data = (void*)(uintptr_t)data;
  value.as.bytes.length = length;
  return value;
}

/* Reads a number of either kind. 0: the value is none. */
static inline int isolane_number(const isolane_value* value, double* number) {
  if (value == NULL || number == NULL) return 0;
  if (value->kind == ISOLANE_INT32) *number = value->as.int32;
  if (value->kind == ISOLANE_DOUBLE) *number = value->as.number;
  return value->kind == ISOLANE_INT32 || value->kind == ISOLANE_DOUBLE;
}

#ifdef __cplusplus
}
#endif

#endif /* ISOLANE_ISOLANE_H_ */

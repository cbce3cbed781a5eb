/* Waiting in front of a queue: native/core/queued.h and channel.cc, with the waiters and wait lists.
 *
 * The queue itself is taken for granted, since ring.pml is about it: pushes, pops and the question
 * whether it is empty or full are one step each. Senders send MESSAGES messages each; receivers receive
 * until the channel is closed, and otherwise end asleep. When nothing moves any more nobody may sleep
 * who could go on.
 *
 * Each thread is one waiter with one case, of the same number: receivers first, then senders.
 *
 * TAKES      A receiver ends when it has received as many messages.
 * HURRIED    The first receiver and the first sender may run out of time, and leave then.
 * INTERRUPT  They may be interrupted, and leave then.
 * LOOPING    The first receiver is an event loop, which arms, and may withdraw.
 * CLOSE, POISON, LEAVE  The channel is closed, is poisoned, is left by its last receiver at any moment.
 * MANY       They send and receive up to two messages at once, or one.
 * WEIGHED    native/core/weighed.h around the queue: the first sender's messages weigh 2, the others' 1,
 *            and there is room for MOST.
 *
 * Defects: NO_LOOK_AFTER_LINK, LOOK_BEFORE_LINK, NO_PASS_ON, WAKE_FIRST, SEAL_BEFORE_STATE,
 * NO_WAKE_OF_SENDERS; with MANY: ONE_WAKE_A_BATCH; with WEIGHED: ONE_WAKE_A_POP, NO_MAKING_WAY; and
 * those of waiter.pml.
 */

#ifndef CAPACITY
#define CAPACITY 1
#endif
#ifndef SENDERS
#define SENDERS 2
#endif
#ifndef RECEIVERS
#define RECEIVERS 2
#endif
#ifndef MESSAGES /* a sender's */
#define MESSAGES 1
#endif
#ifndef MOST
#define MOST 2
#endif

#define UNLIMITED 255
#ifndef TAKES
#define TAKES UNLIMITED
#endif

#define WAITERS (SENDERS + RECEIVERS)
#define CASES WAITERS
#define WAITER_OF(one) one
#define CHANNELS 1
#define LISTS 2

#define SENDER 0
#define RECEIVER 1

#include "waiter.pml"

mtype = { DONE, WOULD_BLOCK, CLOSED, TIMED_OUT, INTERRUPTED };

/* Channel::State, in this order */
#define OPEN 1
#define SHUT 2
#define POISONED 3
byte state = OPEN;

chan queue = [CAPACITY] of { byte }; /* what each message weighs */
#define FULL (len(queue) == CAPACITY)
#define EMPTY (len(queue) == 0)
bool sealed;

#define FIRST_SENDER RECEIVERS
#ifdef WEIGHED
byte sum;
#define WEIGHT(sender) (((sender) == FIRST_SENDER) -> 2 : 1)
#define FITS(weight) (sum == 0 || sum + (weight) <= MOST)
#else
#define WEIGHT(sender) 1
#define FITS(weight) true
#endif
#define HAS_ROOM(weight) (FITS(weight) && !FULL)
#define FIRST_HAS_ROOM (ANY(SENDER) && HAS_ROOM(WEIGHT(FIRST(SENDER))))

byte accepted;
byte received;
byte lost;
byte finished;

/* Channel::closed_status() */
inline answer_closed() {
  assert(state != OPEN);
  status = CLOSED
}

/* try_push() of the queue */
inline push(weight) {
#ifdef WEIGHED
  /* Weighed::try_push() */
  do
  :: !FITS(weight) -> /* !fits(sum, weight) */
     if             /* queue_.closed() */
     :: atomic { sealed -> status = CLOSED }
     :: atomic { !sealed -> status = WOULD_BLOCK }
     fi;
     break
  :: atomic { FITS(weight) -> sum = sum + weight } /* sum_.compare_exchange_weak(...) */
     if                                            /* queue_.try_push(parcel) */
     :: atomic { sealed -> status = CLOSED }
     :: atomic { !sealed && FULL -> status = WOULD_BLOCK }
     :: atomic { !sealed && !FULL -> queue!weight; accepted++; status = DONE }
     fi;
     if
     :: status != DONE -> sum = sum - weight /* sum_.fetch_sub(weight) */
     :: status == DONE
     fi;
     break
  od
#else
  if
  :: atomic { sealed -> status = CLOSED }
  :: atomic { !sealed && FULL -> status = WOULD_BLOCK }
  :: atomic { !sealed && !FULL -> queue!weight; accepted++; status = DONE }
  fi
#endif
}

/* try_pop() of the queue */
inline pop() {
  if
  :: atomic {
       !EMPTY ->
       queue?heavy;
       status = DONE;
#ifndef WEIGHED
       heavy = 0
#endif
     }
#ifdef WEIGHED
     atomic { /* Weighed::try_pop(): sum_.fetch_sub(parcel.weight()) */
       sum = sum - heavy;
       heavy = 0
     }
#endif
  :: atomic { EMPTY -> status = (sealed -> CLOSED : WOULD_BLOCK) }
  fi
}

/* QueuedChannel::wake() */
inline wake(list) {
#ifdef WEIGHED
  atomic {
    lock(0);
    skip
  }
  if
  :: list == SENDER ->
     do /* list.drop_selected() */
     :: atomic {
          ANY(SENDER) && selected[FIRST(SENDER)] != WAITING ->
          woken = FIRST(SENDER);
          unlink(SENDER, woken);
          woken = NOBODY
        }
     :: !ANY(SENDER) || selected[FIRST(SENDER)] == WAITING -> break
     od
  :: list == RECEIVER
  fi;
  if /* list.first() == nullptr || !queue_.has_room(list.first()->weight) */
  :: atomic { list == SENDER && !FIRST_HAS_ROOM -> unlock(0) }
  :: atomic { list == RECEIVER || FIRST_HAS_ROOM -> take_first(0, list) }
  fi;
  wake_taken(0, list, false) /* list.wake_one() */
#else
  wake_some(0, list, false) /* list.wake_one() */
#endif
}

/* QueuedChannel::try_send() and try_receive() */
inline attempt(own, side) {
  if
  :: side == SENDER -> push(WEIGHT(own))
  :: side == RECEIVER -> pop()
  fi;
  if
  :: status == CLOSED -> answer_closed()
  :: status == WOULD_BLOCK
  :: status == DONE ->
     if
     :: atomic { side == RECEIVER && state == POISONED -> lost++; status = CLOSED } /* poisoned() */
     :: atomic { side == RECEIVER && state != POISONED -> received++ }
     :: side == SENDER
     fi;
     if
#ifdef NO_WAKE_OF_SENDERS
     :: side == RECEIVER
     :: side == SENDER && status == DONE && ANY(1 - side) -> wake(1 - side)
#else
     :: status == DONE && ANY(1 - side) -> wake(1 - side) /* waiting(...).any() */
#endif
     :: status == CLOSED || !ANY(1 - side)
     fi
  fi;
#if defined(WEIGHED) && !defined(ONE_WAKE_A_POP)
  if /* Queue::kWeighs && waiting(Side::kSender).any() */
  :: side == SENDER && status != CLOSED && ANY(SENDER) -> wake(SENDER)
  :: side == RECEIVER || status == CLOSED || !ANY(SENDER)
  fi
#endif
}

#ifdef MANY
/* Channel::wake_many() */
inline wake_many(list) {
#ifdef ONE_WAKE_A_BATCH
  woken_for = 1;
#else
  woken_for = count;
#endif
  do
  :: atomic { woken_for == 0 || !ANY(list) -> woken_for = 0; break }
  :: woken_for > 0 && ANY(list) -> wake(list); woken_for--
  od
}

/* QueuedChannel::try_send_words() and try_receive_words(). How many there are depends on the ring's end,
 * too, so any number may be less than what there is. */
inline attempt_many(own, side) {
  if
  :: side == SENDER ->
     atomic { /* queue_.try_push_words(...) */
       if
       :: sealed -> status = CLOSED
       :: !sealed && FULL -> status = WOULD_BLOCK
       :: !sealed && !FULL ->
          status = DONE;
          do
          :: count < 2 && count < left && !FULL -> queue!WEIGHT(own); accepted++; count++
          :: count > 0 -> break
          od
       fi
     }
  :: side == RECEIVER ->
     atomic { /* queue_.try_pop_words(...) */
       if
       :: EMPTY -> status = (sealed -> CLOSED : WOULD_BLOCK)
       :: !EMPTY ->
          status = DONE;
          do
          :: count < 2 && count < left && !EMPTY -> queue?heavy; heavy = 0; count++
          :: count > 0 -> break
          od
       fi
     }
  fi;
  if
  :: status == CLOSED -> answer_closed()
  :: status == WOULD_BLOCK
  :: status == DONE ->
     if
     :: atomic { /* poisoned() */
          side == RECEIVER && state == POISONED ->
          lost = lost + count;
          count = 0;
          status = CLOSED
        }
     :: atomic { side == RECEIVER && state != POISONED -> received = received + count }
        wake_many(SENDER)
     :: side == SENDER -> wake_many(RECEIVER)
     fi
  fi
}
#endif

/* Channel::pass_on(), with can_go_on(side, 0) */
inline pass_on(side) {
#ifdef NO_PASS_ON
  skip
#else
  if
  :: ((side == SENDER) -> !sealed && HAS_ROOM(0) : !EMPTY) -> wake(side)
  :: !((side == SENDER) -> !sealed && HAS_ROOM(0) : !EMPTY)
  fi
#endif
}

/* QueuedChannel::arm() */
#define CAN_GO_ON(own, side) \
  ((side == SENDER) -> !sealed && HAS_ROOM(WEIGHT(own)) : !EMPTY)
inline arm(own, side) {
  atomic {
    lock(0);
#ifdef LOOK_BEFORE_LINK
    ok = CAN_GO_ON(own, side)
  };
  link(side, own);
#else
    link(side, own) /* list.link(own) */
  }
#ifndef NO_LOOK_AFTER_LINK
  ok = CAN_GO_ON(own, side); /* can_go_on(own.side, own.weight) */
#endif
#endif
  if
  :: atomic { !ok && state == OPEN -> status = WOULD_BLOCK; unlock(0) } /* !ready && !closed() */
  :: atomic { ok || state != OPEN -> unlink(side, own) }               /* list.unlink(own) */
     atomic {
       assert(selected[own] == WAITING);
       selected[own] = RETRY; /* try_select(kRetry): nobody else can */
       if
       :: ok -> status = DONE
       :: !ok -> answer_closed()
       fi;
       ok = false;
       unlock(0)
     }
  fi
}

/* Channel::disarm(), and QueuedChannel::make_way() if it was still there */
inline leave(own, side) {
  disarm(0, side, own);
#if defined(WEIGHED) && !defined(NO_MAKING_WAY)
  if
  :: atomic { ok && side == SENDER && ANY(SENDER) -> ok = false } wake(SENDER)
  :: atomic { !(ok && side == SENDER && ANY(SENDER)) -> ok = false }
  fi
#else
  ok = false
#endif
}

#ifdef HURRIED
#define IS_HURRIED(own) ((own) == 0 || (own) == FIRST_SENDER)
#else
#define IS_HURRIED(own) false
#endif

/* QueuedChannel::wait() */
inline wait(own, side) {
  reset(own);     /* waiter.reset() */
  arm(own, side); /* arm(own) */
  if
  :: status != WOULD_BLOCK
  :: status == WOULD_BLOCK ->
     sleep_until(own, IS_HURRIED(own)); /* waiter.sleep_until(deadline) */
     leave(own, side);                  /* disarm(own) */
     if
     :: interrupted[own] ->
        if
        :: outcome == RETRY -> pass_on(side)
        :: outcome != RETRY
        fi;
        status = INTERRUPTED
     :: !interrupted[own] -> status = ((outcome == ABORTED) -> TIMED_OUT : DONE)
     fi;
     outcome = 0
  fi;
  forget(own)
}

/* QueuedChannel::send() and receive(). Spinning is left out, and so is the look at the cell before
 * anything else: whatever that says is likely may be wrong. */
proctype Party(byte own; byte side; byte left) {
  LOCALS;
  byte heavy, count;
#ifdef MANY
  byte woken_for;
#endif
  mtype status;
  do
  :: left == 0 -> break
  :: left > 0 ->
     if
     :: status = DONE   /* likely() */
     :: wait(own, side) /* !likely() */
     fi;
     if
     :: status == DONE -> attempt(own, side); count = 1
#ifdef MANY
     :: status == DONE -> attempt_many(own, side)
#endif
     :: status != DONE
     fi;
     if
     :: status == DONE -> left = ((left == UNLIMITED) -> left : left - count)
     :: status == WOULD_BLOCK
     :: status == CLOSED || status == TIMED_OUT || status == INTERRUPTED -> break
     fi;
     atomic {
       status = 0;
       count = 0
     }
  od;
  atomic {
    status = 0;
    count = 0;
    left = 0;
    finished++
  }
}

#ifdef LOOPING
/* A receiver in an event loop, as native/binding/endpoint_object.cc has it. That its loop learns of a
 * waiter that was selected is taken for granted. */
proctype Loop(byte own) {
  LOCALS;
  byte heavy;
  mtype status;
  do
  :: attempt(own, RECEIVER); /* take() */
     if
     :: status == CLOSED -> break
     :: status == DONE
     :: status == WOULD_BLOCK ->
        reset(own); /* arm() */
        arm(own, RECEIVER);
        if
        :: status == CLOSED -> break
        :: status == DONE
        :: status == WOULD_BLOCK ->
           if
           :: selected[own] != WAITING -> leave(own, RECEIVER) /* settle() */
           :: try_select(own, ABORTED); /* withdraw() */
              ok = false;
              leave(own, RECEIVER);
              if
              :: selected[own] == RETRY -> pass_on(RECEIVER)
              :: selected[own] != RETRY
              fi;
              break
           fi
        fi
     fi;
     status = 0
  od;
  atomic {
    status = 0;
    finished++
  }
}
#endif

#ifdef INTERRUPT
proctype Interrupter() {
  interrupt(0);
  interrupt(FIRST_SENDER)
}
#endif

#if defined(CLOSE) || defined(POISON) || defined(LEAVE)
#if defined(POISON)
#define ENDS POISONED
#else
#define ENDS SHUT
#endif

/* Channel::shut(): of close(), poison(), and drop_handle() of the last receiver */
proctype Closer() {
  LOCALS;
  byte heavy;
  mtype status;
#ifdef WAKE_FIRST
  wake_some(0, SENDER, true);
  wake_some(0, RECEIVER, true);
#endif
  atomic {
    lock(0);
#ifdef SEAL_BEFORE_STATE
    sealed = true
  }
  atomic {
    state = ENDS;
#else
    state = ENDS /* state_.store(state, seq_cst) */
  }
  atomic {
    sealed = true; /* seal() */
#endif
    unlock(0)
  }
#ifndef CLOSE
  do /* discard() */
  :: pop();
     if
     :: status == DONE -> lost++
     :: status != DONE -> break
     fi
  od;
  status = 0;
#endif
#ifndef WAKE_FIRST
  wake_some(0, SENDER, true);  /* waiting(Side::kSender).wake_all() */
  wake_some(0, RECEIVER, true) /* waiting(Side::kReceiver).wake_all(), under the same lock there */
#endif
}
#endif

/* When nothing moves any more. */
proctype Quiet() {
  byte one;
  timeout ->
  d_step {
    assert(!locked[0]);
    assert(accepted == received + lost + len(queue));
    assert(state == OPEN || !ANY(SENDER) && !ANY(RECEIVER));
#ifndef CLOSE
    assert(state == OPEN || EMPTY);
#endif
    /* Nobody waits who could go on: of those who wait to send, the first. */
    assert(!ANY(RECEIVER) || EMPTY);
    assert(!ANY(SENDER) || !HAS_ROOM(WEIGHT(FIRST(SENDER))));
    /* Whoever has not ended sleeps, and is in the list; and nobody else is. */
    assert(finished + waiting[SENDER].count + waiting[RECEIVER].count == WAITERS);
    one = 0;
    do
    :: one < WAITERS -> assert(linked[one] == in_futex[one]); one++
    :: one == WAITERS -> break
    od
  }
}

init {
  byte i;
  atomic {
    i = 0;
#ifdef LOOPING
    run Loop(0);
    i++;
#endif
    do
    :: i < RECEIVERS -> run Party(i, RECEIVER, TAKES); i++
    :: i >= RECEIVERS && i < WAITERS -> run Party(i, SENDER, MESSAGES); i++
    :: i == WAITERS -> break
    od;
#ifdef INTERRUPT
    run Interrupter();
#endif
#if defined(CLOSE) || defined(POISON) || defined(LEAVE)
    run Closer();
#endif
    run Quiet();
    i = 0
  }
}

/* Parties that select among cases: native/core/rendezvous.h and rendezvous.cc, and what
 * native/binding/selection.cc and src/channel/select.ts make of channels and waiters. To send or to
 * receive is a select with one case.
 *
 * The model that includes this defines PARTIES and CHANNELS; channel_of and side_of, for each case, of
 * which every party has room for two; IS_RENDEZVOUS(channel) and CAPACITY of the others; and runs a Party
 * for each, perhaps a Closer, and Quiet.
 *
 * Defects: NO_CLAIM, KEEP_CLAIM, CLAIM_LEFT, NO_LOOK_AT_OWN, MOVED_AFTER_UNPARK, NO_PASS_ON,
 * NO_DISARM, NO_TRY_SELECT, and those of waiter.pml.
 */

#define WIDTH 2
#define WAITERS PARTIES
#define CASES (PARTIES * WIDTH)
#define WAITER_OF(one) ((one) / WIDTH)
#define LISTS (CHANNELS * 2)

#define SENDER 0
#define RECEIVER 1
#define LIST(channel, side) ((channel) * 2 + (side))
#define LIST_OF(one) LIST(channel_of[one], side_of[one])

#include "waiter.pml"

mtype = { DONE, WOULD_BLOCK, CLOSED };

#define NOTHING 0
#define MESSAGE 1

byte parcel[CASES]; /* Case::parcel, of a rendezvous */
byte queued[CHANNELS];
bool closed[CHANNELS];

byte sent;
byte received;
byte finished;

/* parcel = std::move(other): neither is overwritten, and nothing is made from nothing. */
inline move(to, from) {
  assert(from == MESSAGE && to == NOTHING);
  to = MESSAGE;
  from = NOTHING
}

/* RendezvousChannel::match(). `status` is DONE if both were selected, WOULD_BLOCK if `peer` was taken
 * before, CLOSED if `own` was. */
inline match(own, peer) {
  assert(WAITER_OF(own) != WAITER_OF(peer)); /* it would wait for itself for ever */
#ifdef NO_CLAIM
  if
  :: atomic { selected[WAITER_OF(own)] == WAITING -> status = WOULD_BLOCK }
  :: atomic { selected[WAITER_OF(own)] != WAITING -> status = CLOSED }
  fi;
  if
  :: status == WOULD_BLOCK ->
     try_wake(WAITER_OF(peer), COMMITTED(peer));
     if
     :: ok -> ok = false; selected[WAITER_OF(own)] = COMMITTED(own); status = DONE
     :: !ok
     fi
  :: status == CLOSED
  fi
#else
  do
  :: try_select(WAITER_OF(own), CLAIMED); /* own.waiter->try_select(kClaimed) */
claimed:
     if
     :: !ok -> status = CLOSED; break /* kSelfTaken */
     :: ok ->
        if /* peer.waiter->selected_.compare_exchange_strong(seen, committed(peer), seq_cst) */
        :: atomic {
             selected[WAITER_OF(peer)] == WAITING ->
             selected[WAITER_OF(peer)] = COMMITTED(peer);
             waking[WAITER_OF(peer)]++
           }
           atomic {
             selected[WAITER_OF(own)] = COMMITTED(own); /* self.store(committed(own)) */
             ok = false;
             status = DONE;
             break
           }
        :: selected[WAITER_OF(peer)] == CLAIMED ->
#ifdef KEEP_CLAIM
           selected[WAITER_OF(peer)] != CLAIMED -> goto claimed
#else
           atomic {
             selected[WAITER_OF(own)] = WAITING; /* self.store(kWaiting); and once more */
             ok = false
           }
#endif
        :: selected[WAITER_OF(peer)] != WAITING && selected[WAITER_OF(peer)] != CLAIMED ->
           atomic {
#ifndef CLAIM_LEFT
             selected[WAITER_OF(own)] = WAITING; /* self.store(kWaiting) */
#endif
             ok = false;
             status = WOULD_BLOCK; /* kPeerTaken */
             break
           }
        fi
     fi
  od
#endif
}

/* The first that waits at the other side, but for those of the same party. */
inline find_peer(own) {
  woken = NOBODY;
  at = 0;
  do
  :: at < waiting[LIST_OF(own) ^ 1].count && woken == NOBODY ->
#ifndef NO_LOOK_AT_OWN
     woken = ((WAITER_OF(waiting[LIST_OF(own) ^ 1].at[at]) == WAITER_OF(own))
       -> NOBODY : waiting[LIST_OF(own) ^ 1].at[at]);
#else
     woken = waiting[LIST_OF(own) ^ 1].at[at];
#endif
     at++
  :: else -> break
  od;
  at = 0
}

/* RendezvousChannel::arm() */
inline arm_rendezvous(own) {
  atomic {
    lock(channel_of[own]);
    status = (closed[channel_of[own]] -> CLOSED : WOULD_BLOCK);
    find_peer(own) /* peers.first(), and next */
  }
  do
  :: status == CLOSED ->
     try_select(WAITER_OF(own), RETRY); /* own.waiter->try_select(kRetry) */
     atomic {
       status = (ok -> CLOSED : WOULD_BLOCK);
       ok = false;
       woken = NOBODY;
       unlock(channel_of[own]);
       break
     }
  :: status == WOULD_BLOCK && woken == NOBODY ->
     atomic {
       link(LIST_OF(own), own); /* waiting(own.side).link(own) */
       unlock(channel_of[own]);
       break
     }
  :: status == WOULD_BLOCK && woken != NOBODY ->
     match(own, woken);
     if
     :: status == CLOSED -> /* kSelfTaken */
        atomic {
          status = WOULD_BLOCK;
          woken = NOBODY;
          unlock(channel_of[own]);
          break
        }
     :: status == WOULD_BLOCK -> /* kPeerTaken */
        atomic {
          unlink(LIST_OF(own) ^ 1, woken);
          find_peer(own)
        }
     :: status == DONE ->
        atomic {
          unlink(LIST_OF(own) ^ 1, woken); /* peers.unlink(peer) */
#ifndef MOVED_AFTER_UNPARK
          skip
        }
        atomic { /* receiver.parcel = std::move(sender.parcel) */
#else
          unlock(channel_of[own])
        }
        unpark(WAITER_OF(woken));
        atomic {
#endif
          if
          :: side_of[own] == SENDER -> move(parcel[woken], parcel[own])
          :: side_of[own] == RECEIVER -> move(parcel[own], parcel[woken])
          fi
        }
        unpark(WAITER_OF(woken)); /* peer.waiter->unpark() */
        atomic {
          waking[WAITER_OF(woken)]--;
          woken = NOBODY;
#ifndef MOVED_AFTER_UNPARK
          unlock(channel_of[own]);
#endif
          break
        }
     fi
  od
}

/* RendezvousChannel::try_send() and try_receive() */
inline try_rendezvous(own) {
  if
  :: closed[channel_of[own]] -> status = CLOSED                         /* closed() */
  :: !closed[channel_of[own]] && !ANY(LIST_OF(own) ^ 1) -> status = WOULD_BLOCK /* any() */
  :: !closed[channel_of[own]] && ANY(LIST_OF(own) ^ 1) ->
     atomic {
       lock(channel_of[own]);
       status = (closed[channel_of[own]] -> CLOSED : WOULD_BLOCK);
       if
       :: status == CLOSED -> unlock(channel_of[own])
       :: status != CLOSED -> take_first(channel_of[own], LIST_OF(own) ^ 1) /* take_waiting() */
       fi
     }
     do
     :: woken == NOBODY -> break
     :: woken != NOBODY ->
        try_wake(WAITER_OF(woken), COMMITTED(woken)); /* try_select(committed(*first)) */
        if
        :: ok ->
           atomic {
             ok = false;
             status = DONE;
             if /* receiver->parcel = std::move(parcel), or the other way */
             :: side_of[own] == SENDER -> move(parcel[woken], parcel[own])
             :: side_of[own] == RECEIVER -> move(parcel[own], parcel[woken])
             fi
           }
           unpark(WAITER_OF(woken));
           atomic {
             waking[WAITER_OF(woken)]--;
             woken = NOBODY;
             unlock(channel_of[own])
           }
        :: !ok -> atomic { take_first(channel_of[own], LIST_OF(own) ^ 1) }
        fi
     od
  fi
}

#define CAN_GO_ON(one) \
  ((side_of[one] == SENDER) -> !closed[channel_of[one]] && queued[channel_of[one]] < CAPACITY \
                            : queued[channel_of[one]] > 0)

#ifdef CAPACITY
/* QueuedChannel::arm(); for all it does see waiting.pml. */
inline arm_queued(own) {
  atomic {
    lock(channel_of[own]);
    link(LIST_OF(own), own)
  }
  if
  :: atomic {
       !CAN_GO_ON(own) && !closed[channel_of[own]] ->
       status = WOULD_BLOCK;
       unlock(channel_of[own])
     }
  :: atomic {
       CAN_GO_ON(own) || closed[channel_of[own]] ->
       status = (CAN_GO_ON(own) -> DONE : CLOSED);
       unlink(LIST_OF(own), own)
     }
#ifdef NO_TRY_SELECT
     selected[WAITER_OF(own)] = RETRY;
     ok = true;
#else
     try_select(WAITER_OF(own), RETRY); /* own.waiter->try_select(kRetry) */
#endif
     atomic {
       status = (ok -> status : WOULD_BLOCK);
       ok = false;
       unlock(channel_of[own])
     }
  fi
}

/* QueuedChannel::try_send() and try_receive() */
inline try_queued(own) {
  atomic {
    if
    :: CAN_GO_ON(own) ->
       status = DONE;
       if
       :: side_of[own] == SENDER -> queued[channel_of[own]]++; parcel[own] = NOTHING
       :: side_of[own] == RECEIVER -> queued[channel_of[own]]--; parcel[own] = MESSAGE
       fi
    :: !CAN_GO_ON(own) -> status = (closed[channel_of[own]] -> CLOSED : WOULD_BLOCK)
    fi
  }
  if
  :: status == DONE && ANY(LIST_OF(own) ^ 1) ->
     wake_some(channel_of[own], LIST_OF(own) ^ 1, false)
  :: status != DONE || !ANY(LIST_OF(own) ^ 1)
  fi
}

/* Channel::pass_on() */
inline pass_on(own) {
  if
  :: !IS_RENDEZVOUS(channel_of[own]) && CAN_GO_ON(own) ->
     wake_some(channel_of[own], LIST_OF(own), false)
  :: IS_RENDEZVOUS(channel_of[own]) || !CAN_GO_ON(own)
  fi
}
#else
inline arm_queued(own) { skip }
inline try_queued(own) { skip }
inline pass_on(own) { skip }
#endif

/* Selection::pass_on_all_but() */
inline pass_on_all_but(chosen) {
  one = 0;
  do
  :: one < WIDTH ->
     if
#ifndef NO_PASS_ON
     :: was_woken[one] && one != chosen ->
        was_woken[one] = false;
        pass_on(waiter * WIDTH + one)
     :: !was_woken[one] || one == chosen -> was_woken[one] = false
#else
     :: was_woken[one] = false
#endif
     fi;
     one++
  :: one == WIDTH -> one = 0; break
  od
}

#define OWN (waiter * WIDTH + one)

/* A case that happened: `one`. */
inline happened() {
  atomic {
    if
    :: side_of[OWN] == SENDER -> assert(parcel[OWN] == NOTHING); sent++
    :: side_of[OWN] == RECEIVER -> assert(parcel[OWN] == MESSAGE); received++
    fi;
    parcel[OWN] = NOTHING;
    left--
  }
}

/* Has one of its cases happen until as many have as are `left`, a channel is closed, or, if it is
 * hurried, time is out. */
proctype Party(byte waiter; byte cases; byte left; bool hurried) {
  LOCALS;
  byte one, first;
  bool was_woken[WIDTH];
  mtype status;
  do
  :: left == 0 -> break
  :: left > 0 ->
     /* Tries all of them, in any order (Choice::attempt()). */
     first = 0;
     if
     :: cases > 1 -> first = 1
     :: true
     fi;
     one = first;
     do
     :: atomic {
          parcel[OWN] = ((side_of[OWN] == SENDER) -> MESSAGE : NOTHING);
          status = WOULD_BLOCK
        }
        if
        :: IS_RENDEZVOUS(channel_of[OWN]) -> try_rendezvous(OWN)
        :: !IS_RENDEZVOUS(channel_of[OWN]) -> try_queued(OWN)
        fi;
        if
        :: status != WOULD_BLOCK -> break
        :: status == WOULD_BLOCK ->
           atomic {
             parcel[OWN] = NOTHING;
             one = ((one + 1 == cases) -> 0 : one + 1);
             if
             :: one == first -> break
             :: one != first
             fi
           }
        fi
     od;
     if
     :: status != WOULD_BLOCK -> /* choose(index) */
        if
        :: status == DONE -> happened(); status = WOULD_BLOCK
        :: status == CLOSED -> parcel[OWN] = NOTHING
        fi;
        first = one;
        pass_on_all_but(first);
        first = 0;
        if
        :: status == CLOSED -> break
        :: status == WOULD_BLOCK -> status = 0
        fi
     :: status == WOULD_BLOCK ->
        first = 0;
        if
        :: outcome == ABORTED -> pass_on_all_but(WIDTH); break /* kTimedOut */
        :: outcome != ABORTED
        fi;

        /* Selection::arm_all() */
        atomic {
          outcome = 0;
          one = 0;
          was_woken[0] = false;
          was_woken[1] = false
        }
        reset(waiter); /* waiter.reset() */
        do
        :: one < cases && status == WOULD_BLOCK ->
           parcel[OWN] = ((IS_RENDEZVOUS(channel_of[OWN]) && side_of[OWN] == SENDER) -> MESSAGE : NOTHING);
           if
           :: IS_RENDEZVOUS(channel_of[OWN]) -> arm_rendezvous(OWN)
           :: !IS_RENDEZVOUS(channel_of[OWN]) -> arm_queued(OWN)
           fi;
           one++
        :: one == cases || status != WOULD_BLOCK -> break
        od;
        first = one;
        one = 0;
        if
        :: status == WOULD_BLOCK -> sleep_until(waiter, hurried) /* waiter.park_until(until) */
        :: status != WOULD_BLOCK -> outcome = selected[waiter]
        fi;
        status = 0;

        /* Selection::disarm_all() */
        do
        :: one < first ->
#ifndef NO_DISARM
           disarm(channel_of[OWN], LIST_OF(OWN), OWN);
#endif
           atomic {
             was_woken[one] = !ok && outcome != COMMITTED(OWN);
             ok = false;
             one++
           }
        :: one == first -> one = 0; break
        od;
        first = 0;
        do
        :: one < cases ->
           if
           :: outcome == COMMITTED(OWN) -> happened()
           :: outcome != COMMITTED(OWN) ->
              /* What has not happened has left no trace: put_back() finds the message there. */
              atomic {
                assert(!linked[OWN]);
                assert(side_of[OWN] == SENDER || parcel[OWN] == NOTHING);
                parcel[OWN] = NOTHING
              }
           fi;
           one++
        :: one == cases -> one = 0; break
        od;
        forget(waiter);
        if
        :: outcome >= COMMITTED(0) ->
           atomic {
             outcome = 0;
             was_woken[0] = false;
             was_woken[1] = false
           }
        :: hurried && outcome == RETRY -> /* Selection::withdraw(), or interrupted: it may leave now */
           if
           :: pass_on_all_but(WIDTH); break
           :: true
           fi
        :: outcome == ABORTED || (!hurried && outcome == RETRY)
        fi
     fi
  od;
  atomic {
    left = 0;
    one = 0;
    first = 0;
    status = 0;
    outcome = 0;
    finished++
  }
}

/* Channel::close() or poison(), which are the same to a rendezvous */
proctype Closer(byte channel) {
  LOCALS;
  atomic {
    lock(channel);
    closed[channel] = true; /* state_.store(...) and seal() */
    unlock(channel)
  }
  wake_some(channel, LIST(channel, SENDER), true);  /* waiting(Side::kSender).wake_all() */
  wake_some(channel, LIST(channel, RECEIVER), true) /* waiting(Side::kReceiver).wake_all() */
}

/* When nothing moves any more. */
proctype Quiet() {
  byte one, channel, all;
  timeout ->
  d_step {
    all = 0;
    channel = 0;
    do
    :: channel < CHANNELS ->
       assert(!locked[channel]);
       all = all + queued[channel];
       if
       :: closed[channel] -> assert(!ANY(LIST(channel, SENDER)) && !ANY(LIST(channel, RECEIVER)))
       :: !closed[channel] && IS_RENDEZVOUS(channel) ->
          /* Nobody waits for somebody else who waits for it. */
          one = 0;
          do
          :: one < CASES ->
             assert(!linked[one] || channel_of[one] != channel || side_of[one] != SENDER ||
                    !ANY(LIST(channel, RECEIVER)) ||
                    waiting[LIST(channel, RECEIVER)].count == 1 &&
                    WAITER_OF(FIRST(LIST(channel, RECEIVER))) == WAITER_OF(one));
             one++
          :: one == CASES -> break
          od
       :: !closed[channel] && !IS_RENDEZVOUS(channel) ->
          assert(!ANY(LIST(channel, RECEIVER)) || queued[channel] == 0);
#ifdef CAPACITY
          assert(!ANY(LIST(channel, SENDER)) || queued[channel] == CAPACITY)
#endif
       fi;
       channel++
    :: channel == CHANNELS -> break
    od;
    assert(sent == received + all);
    /* Whoever has not ended sleeps, and nobody else is in a list. */
    all = finished;
    one = 0;
    do
    :: one < WAITERS -> all = all + in_futex[one]; one++
    :: one == WAITERS -> break
    od;
    assert(all == WAITERS);
    one = 0;
    do
    :: one < CASES -> assert(!linked[one] || in_futex[WAITER_OF(one)]); one++
    :: one == CASES -> break
    od
  }
}

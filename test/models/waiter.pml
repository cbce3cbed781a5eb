/* Who waits and how it is woken: native/core/waiter.h and waiter.cc, parker.h and parker.cc (with the
 * futex), wait_list.h, and the lock of channel.h.
 *
 * The model that includes this defines WAITERS, CASES, LISTS, CHANNELS and WAITER_OF(one), the waiter
 * of a case. Its processes declare LOCALS.
 *
 * Defects: LOOK_BEFORE_PREPARE, DISARM_WITHOUT_LOCK, ABORT_BY_STORE, NO_WAKE_AFTER_SELECTED.
 */

#define WAITING 0
#define ABORTED 1
#define RETRY 2
#define CLAIMED 3
#define COMMITTED(one) (4 + (one))

#define NOBODY 255

/* Waiter::selected_, ThreadWaiter::interrupted_, Parker::state_ == kAsleep, and the kernel's queue. */
byte selected[WAITERS] = ABORTED;
bool interrupted[WAITERS];
bool asleep[WAITERS];
bool in_futex[WAITERS];

/* How many are between selecting a waiter and having unparked it: it must not be gone meanwhile. */
byte waking[WAITERS];

#define LOCALS \
  byte woken = NOBODY, outcome; \
  bool ok

/* Waiter::reset(). Whoever does not wait is as if it had given up, so that what it was woken for last does
 * not count as a difference. */
inline forget(waiter) { selected[waiter] = ABORTED }
inline reset(waiter) {
  atomic { /* selected_.store(kWaiting, seq_cst) */
    assert(waking[waiter] == 0);
    selected[waiter] = WAITING
  }
}

/* Waiter::try_select(). Waits in front of a claimed one: backoff.wait() until it is decided. */
inline try_select(waiter, what) {
  if /* selected_.compare_exchange_strong(seen, outcome, seq_cst) */
  :: atomic { selected[waiter] == WAITING -> selected[waiter] = what; ok = true }
  :: atomic { selected[waiter] != WAITING && selected[waiter] != CLAIMED -> ok = false }
  fi
}

/* The same for another's waiter, which is then to be unparked. */
inline try_wake(waiter, what) {
  if
  :: atomic { selected[waiter] == WAITING -> selected[waiter] = what; waking[waiter]++; ok = true }
  :: atomic { selected[waiter] != WAITING && selected[waiter] != CLAIMED -> ok = false }
  fi
}

/* Parker::unpark() */
inline unpark(waiter) {
  if /* state_.load(seq_cst) != kAsleep */
  :: !asleep[waiter]
  :: asleep[waiter] ->
     if /* state_.exchange(kAwake, seq_cst) == kAsleep */
     :: atomic { asleep[waiter] -> asleep[waiter] = false }
        in_futex[waiter] = false /* FUTEX_WAKE_BITSET */
     :: !asleep[waiter]
     fi
  fi
}
/* ThreadWaiter::interrupt() */
inline interrupt(waiter) {
  interrupted[waiter] = true; /* interrupted_.store(true, seq_cst) */
  unpark(waiter)
}

/* ThreadWaiter::sleep_until(); its result is in `outcome`. Whoever is `hurried` finds at any moment that
 * its time is out. */
inline sleep_until(waiter, hurried) {
  do
  :: atomic { /* selected() != kWaiting */
       selected[waiter] != WAITING ->
       outcome = selected[waiter];
       break
     }
  :: selected[waiter] == WAITING ->
     if /* interrupted() || Clock::now() >= deadline */
     :: interrupted[waiter] || hurried ->
#ifdef ABORT_BY_STORE
        selected[waiter] = ABORTED;
#else
        try_select(waiter, ABORTED); /* try_select(kAborted) */
        ok = false;
#endif
        outcome = selected[waiter]; /* selected() */
        break
     :: !interrupted[waiter] ->
#ifndef LOOK_BEFORE_PREPARE
        asleep[waiter] = true; /* parker_.prepare() */
#endif
        if /* selected() != kWaiting || interrupted() */
        :: selected[waiter] != WAITING
        :: selected[waiter] == WAITING ->
           if
           :: interrupted[waiter]
           :: !interrupted[waiter] ->
#ifdef LOOK_BEFORE_PREPARE
              asleep[waiter] = true;
#endif
              if /* parker_.sleep_until(deadline): FUTEX_WAIT_BITSET */
              :: atomic { asleep[waiter] -> in_futex[waiter] = true };
end_asleep:
                 if
                 :: !in_futex[waiter]
                 :: hurried -> in_futex[waiter] = false
                 fi
              :: !asleep[waiter]
              fi
           fi
        fi;
        asleep[waiter] = false /* cancel() */
     fi
  od
}

typedef List {
  byte count;
  byte at[CASES] = NOBODY
}

/* WaitList */
List waiting[LISTS];
bool linked[CASES];
bool locked[CHANNELS];
hidden byte at;

/* Taking the lock is one step with what comes next under it, and giving it back one with what came last:
 * nobody could tell the difference. */
inline lock(channel) {
  !locked[channel];
  locked[channel] = true
}
inline unlock(channel) { locked[channel] = false }

#define ANY(list) (waiting[list].count != 0) /* waiting_.load(seq_cst) != 0 */
#define FIRST(list) waiting[list].at[0]

/* One step each, since all but the count is guarded by the lock. */
inline link(list, one) {
  d_step {
    waiting[list].at[waiting[list].count] = one;
    linked[one] = true;
    waiting[list].count++ /* waiting_.fetch_add(1, seq_cst) */
  }
}
inline unlink(list, one) {
  d_step {
    assert(linked[one]);
    at = 0;
    do
    :: waiting[list].at[at] != one -> at++
    :: else -> break
    od;
    waiting[list].count--;
    do
    :: at < waiting[list].count -> waiting[list].at[at] = waiting[list].at[at + 1]; at++
    :: else -> break
    od;
    waiting[list].at[at] = NOBODY;
    linked[one] = false;
    at = 0
  }
}

/* The first of the list, unlinked; or nobody, and then the lock is given back. */
inline take_first(channel, list) {
  woken = FIRST(list);
  if
  :: woken == NOBODY -> unlock(channel)
  :: woken != NOBODY -> unlink(list, woken)
  fi
}

/* WaitList::wake_one(), or wake_all(), for who has called lock() and take_first(). */
inline wake_taken(channel, list, all) {
  do
  :: woken == NOBODY -> break
  :: woken != NOBODY ->
     try_wake(WAITER_OF(woken), RETRY); /* woken.waiter->try_select(kRetry) */
     if
     :: ok ->
        unpark(WAITER_OF(woken)); /* woken.waiter->unpark() */
        atomic {
          ok = false;
          waking[WAITER_OF(woken)]--;
          woken = NOBODY;
          if
          :: all -> take_first(channel, list)
          :: !all -> unlock(channel)
          fi
        }
#ifdef NO_WAKE_AFTER_SELECTED
     :: !ok -> atomic { woken = NOBODY; unlock(channel) }
#else
     :: !ok -> atomic { take_first(channel, list) }
#endif
     fi
  od
}

/* Channel::wake(), or all of that side. */
inline wake_some(channel, list, all) {
  atomic {
    lock(channel);
    take_first(channel, list)
  }
  wake_taken(channel, list, all)
}

/* Channel::disarm(); `ok` says whether it was still in the list. */
inline disarm(channel, list, one) {
  atomic {
#ifdef DISARM_WITHOUT_LOCK
    if
    :: linked[one] -> lock(channel)
    :: !linked[one]
    fi;
#else
    lock(channel);
#endif
    ok = linked[one];
    if
    :: ok -> unlink(list, one)
    :: !ok
    fi;
    unlock(channel)
  }
}

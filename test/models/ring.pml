/* The bounded queue: native/core/ring.h and ring.cc.
 *
 * Some threads push, some pop until the ring is closed and drained, and one closes it at any moment. A
 * parcel is written into its cell and taken out of it in steps of their own, so whoever comes too early
 * or too late finds the cell in the wrong state. Each message is the number of its claim: the n-th pop
 * has to find the n-th push there.
 *
 * STALE     Loads that are not seq_cst return any value that their position or stamp has had so far.
 * OBSERVER  Somebody asks for empty(), full() and size() meanwhile.
 *
 * Defects: FULL_BY_STAMP, EMPTY_BY_STAMP, STAMP_BEFORE_WRITING, STAMP_BEFORE_TAKING, CLOSED_ASIDE,
 * CLAIMED_BY_STORE; with STALE: RELAXED_FULL; with OBSERVER: EMPTY_TAIL_FIRST, SIZE_AT_ONCE.
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
#define MESSAGES 2
#endif

/* Ring::Ring(): bit_ceil(capacity + 1) */
#if CAPACITY == 1
#define CLOSED_BIT 2
#else
#define CLOSED_BIT 4
#endif
#define ONE_LAP (CLOSED_BIT * 2)

#define INDEX(position) ((position) & (CLOSED_BIT - 1))
#define LAP(position) ((position) - INDEX(position))
#define NEXT(position) \
  ((INDEX(position) + 1 < CAPACITY) -> (position) + 1 : LAP(position) + ONE_LAP)
#define UNMARKED(position) ((position) & (255 - CLOSED_BIT))
#define STAMP(position) stamp[INDEX(position)]
#define PARCEL(position) parcel[INDEX(position)]

mtype = { DONE, WOULD_BLOCK, CLOSED };

#define NOTHING 255

byte head;
byte tail;
byte stamp[CAPACITY];
byte parcel[CAPACITY] = NOTHING;

/* What has to come of it. */
byte pushed; /* cells claimed by pushes */
byte popped; /* and by pops */
byte received;
bool closed;
bool close_returned;
byte finished;

#define LENGTH (pushed - popped)

#ifdef CLOSED_ASIDE
#define IS_CLOSED(position) closed
#else
#define IS_CLOSED(position) (((position) & CLOSED_BIT) != 0)
#endif

#ifdef STALE

/* Any value since the one that this thread saw last. */
inline load_tail() {
  atomic {
    position = UNMARKED(position);
    do
    :: position != UNMARKED(tail) -> position = NEXT(position)
    :: position == UNMARKED(tail) -> position = tail; break
    :: break
    od
  }
}
inline load_head() {
  atomic {
    do
    :: position != head -> position = NEXT(position)
    :: break
    od
  }
}
/* Any value at all: a lap, or a lap and one. */
inline load_stamp() {
  seen = 0;
  do
  :: seen != STAMP(position) -> seen = ((seen % ONE_LAP == 0) -> seen + 1 : seen - 1 + ONE_LAP)
  :: break
  od
}
inline forget_position() { skip }

#ifdef RELAXED_FULL
#define HEAD other
inline load_other_head() {
  other = 0;
  do
  :: other != head -> other = NEXT(other)
  :: break
  od
}
#endif

#define FULL_STILL_CLAIMED false
#define EMPTY_STILL_CLAIMED false

#else

inline load_tail() { position = tail }
inline load_head() { position = head }
inline load_stamp() { seen = STAMP(position) }
inline forget_position() { position = 0 }

/* While this holds, another look comes to the same. If it holds for ever the thread spins for ever: an
 * invalid end. */
#define FULL_STILL_CLAIMED \
  (tail == position && STAMP(position) + ONE_LAP == LAP(position) + 1 && \
   head + ONE_LAP != position)
#define EMPTY_STILL_CLAIMED \
  (head == position && STAMP(position) == LAP(position) && UNMARKED(tail) != position)

#endif

/* Ring::try_push() */
inline try_push() {
  load_tail(); /* tail_.load(relaxed) */
  do
  :: IS_CLOSED(position) -> /* (tail & closed_bit_) != 0 */
     assert(closed);
     status = CLOSED;
     break
  :: else ->
     atomic { load_stamp() } /* cell.stamp.load(acquire) */
     if
     :: seen == LAP(position) ->
        seen = 0;
        if
#ifdef CLAIMED_BY_STORE
        :: tail == position ->
           atomic {
#else
        :: atomic { /* tail_.compare_exchange_weak(tail, next(lap, index), seq_cst) */
             tail == position ->
#endif
             tail = NEXT(position);
             assert(!close_returned);
             message = pushed;
             pushed++;
             assert(LENGTH <= CAPACITY)
           }
#ifdef STAMP_BEFORE_WRITING
           STAMP(position) = LAP(position) + 1;
#endif
           atomic { /* cell.parcel = std::move(parcel) */
             assert(PARCEL(position) == NOTHING);
             PARCEL(position) = message;
             message = 0
           }
#ifndef STAMP_BEFORE_WRITING
           STAMP(position) = LAP(position) + 1; /* cell.stamp.store(lap + 1, release) */
#endif
           status = DONE;
           break
        :: load_tail() /* it failed, be it for no reason, as the weak one may */
        fi
     :: seen + ONE_LAP == LAP(position) + 1 ->
        seen = 0;
#ifndef FULL_BY_STAMP
#ifdef RELAXED_FULL
        atomic { load_other_head() }
#else
#define HEAD head
#endif
        if
        :: atomic { /* head_.load(seq_cst) + one_lap_ == tail */
             HEAD + ONE_LAP == position ->
#endif
             assert(LENGTH == CAPACITY);
             status = WOULD_BLOCK;
             break
#ifndef FULL_BY_STAMP
           }
        :: HEAD + ONE_LAP != position
        fi;
        !FULL_STILL_CLAIMED; /* backoff.wait() */
        load_tail()          /* tail_.load(relaxed) */
#endif
     :: else ->
        seen = 0;
        load_tail() /* tail_.load(relaxed) */
     fi
  od;
  forget_position()
}

/* Ring::try_pop() */
inline try_pop() {
  load_head(); /* head_.load(relaxed) */
  do
  :: atomic { load_stamp() } /* cell.stamp.load(acquire) */
     if
     :: seen == LAP(position) + 1 ->
        seen = 0;
        if
        :: atomic { /* head_.compare_exchange_weak(head, next(lap, index), seq_cst) */
             head == position ->
             head = NEXT(position);
             message = popped;
             popped++;
             assert(popped <= pushed)
           }
#ifdef STAMP_BEFORE_TAKING
           STAMP(position) = LAP(position) + ONE_LAP;
#endif
           atomic { /* parcel = std::move(cell.parcel) */
             assert(PARCEL(position) == message);
             PARCEL(position) = NOTHING;
             message = 0
           }
#ifndef STAMP_BEFORE_TAKING
           STAMP(position) = LAP(position) + ONE_LAP; /* cell.stamp.store(lap + one_lap_, release) */
#endif
           status = DONE;
           break
        :: load_head() /* it failed, be it for no reason */
        fi
     :: seen == LAP(position) ->
        seen = 0;
        if
        :: atomic { /* (tail_.load(seq_cst) & ~closed_bit_) == head */
#ifndef EMPTY_BY_STAMP
             UNMARKED(tail) == position ->
#endif
             assert(LENGTH == 0);
             status = (IS_CLOSED(tail) -> CLOSED : WOULD_BLOCK);
             break
           }
        :: UNMARKED(tail) != position
        fi;
        !EMPTY_STILL_CLAIMED; /* backoff.wait() */
        load_head()           /* head_.load(relaxed) */
     :: else ->
        seen = 0;
        load_head() /* head_.load(relaxed) */
     fi
  od;
  forget_position()
}

proctype Sender() {
  byte position, seen, message, sent;
#ifdef RELAXED_FULL
  byte other;
#endif
  mtype status;
  do
  :: sent < MESSAGES ->
     try_push();
     if
     :: status == DONE -> sent++
     :: status == WOULD_BLOCK -> LENGTH < CAPACITY || closed
     :: status == CLOSED -> break
     fi;
     status = 0
  :: else -> break
  od;
  atomic {
    position = 0;
    sent = 0;
    status = 0;
    finished++
  }
}

proctype Receiver() {
  byte position, seen, message;
  mtype status;
  do
  :: try_pop();
     if
     :: status == DONE -> received++
     :: status == WOULD_BLOCK -> LENGTH > 0 || closed
     :: status == CLOSED -> break
     fi;
     status = 0
  od;
  atomic {
    position = 0;
    status = 0;
    finished++
  }
}

/* Ring::close() */
proctype Closer() {
  atomic { /* tail_.fetch_or(closed_bit_, seq_cst) */
#ifndef CLOSED_ASIDE
    tail = tail | CLOSED_BIT;
#endif
    closed = true
  }
  atomic {
    close_returned = true;
    finished++
  }
}

#ifdef OBSERVER
#define OBSERVERS 1

/* Each answer has to be right at one moment of the call. A push leaves the ring other than empty and a
 * pop other than full, so it is enough to count them. */
proctype Observer() {
  byte position, before, count;
  bool was_so;

  atomic {
    was_so = LENGTH > 0;
    before = pushed;
#ifdef EMPTY_TAIL_FIRST
    position = UNMARKED(tail)
#else
    position = head /* empty(): head_.load(seq_cst) */
#endif
  }
#ifdef EMPTY_TAIL_FIRST
#define LOADED head
#else
#define LOADED UNMARKED(tail) /* tail_.load(seq_cst) */
#endif
  if
  :: atomic { LOADED == position -> assert(LENGTH == 0) }
  :: atomic { LOADED != position -> assert(was_so || pushed != before) }
  fi;

  atomic {
    was_so = LENGTH < CAPACITY;
    before = popped;
    position = UNMARKED(tail) /* full(): tail_.load(seq_cst) */
  }
  if /* head_.load(seq_cst) */
  :: atomic { head + ONE_LAP == position -> assert(LENGTH == CAPACITY) }
  :: atomic { head + ONE_LAP != position -> assert(was_so || popped != before) }
  fi;
  was_so = false;

  do
  :: position = tail; /* size(): tail_.load(seq_cst) */
     atomic {         /* head_.load(seq_cst), and count() of the two */
       before = LENGTH;
       if
       :: UNMARKED(position) == head -> count = 0
       :: UNMARKED(position) != head && INDEX(UNMARKED(position)) > INDEX(head) ->
          count = INDEX(UNMARKED(position)) - INDEX(head)
       :: UNMARKED(position) != head && INDEX(UNMARKED(position)) <= INDEX(head) ->
          count = CAPACITY - INDEX(head) + INDEX(UNMARKED(position))
       fi
     }
#ifdef SIZE_AT_ONCE
     break
#else
     if /* tail_.load(seq_cst) == tail */
     :: tail == position -> break
     :: tail != position
     fi
#endif
  od;
  assert(count == before);
  atomic {
    position = 0;
    before = 0;
    count = 0;
    finished++
  }
}
#else
#define OBSERVERS 0
#endif

init {
  byte i;
  atomic {
    for (i : 1 .. SENDERS) { run Sender() }
    for (i : 1 .. RECEIVERS) { run Receiver() }
    run Closer();
#ifdef OBSERVER
    run Observer();
#endif
    i = 0
  }
  finished == SENDERS + RECEIVERS + 1 + OBSERVERS;
  /* What was accepted has been received. */
  assert(received == pushed && popped == pushed)
}

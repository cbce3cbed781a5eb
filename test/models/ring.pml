/* The bounded queue: native/core/ring.h and ring.cc.
 *
 * Some threads push, some pop until the ring is closed and drained, and one closes it at any moment. They
 * push a message that goes into the slot, or several words at once, and pop whatever comes, or several
 * words at once. A message is written into its cell and taken out of it in steps of their own, so whoever
 * comes too early or too late finds the cell in the wrong state. Each message is the number of its claim:
 * the n-th pop has to find the n-th push there.
 *
 * WORDS, SLOTS  All push only words, or only what goes into the slot.
 * SINGLE        Not several words at once.
 * STALE         Loads that are not seq_cst return any value that their position or stamp has had so far.
 * OBSERVER      Somebody asks for empty(), full() and size() meanwhile.
 *
 * Nobody spins while nothing moves: that would end as a wait that never ends, or break an assertion.
 *
 * Defects: FULL_BY_STAMP, EMPTY_BY_STAMP, STAMP_BEFORE_WRITING, STAMP_BEFORE_TAKING, CLOSED_ASIDE,
 * CLAIMED_BY_STORE, NO_LOOK_AT_LATE_PUSH, NO_LOOK_AT_LATE_POP; unless SINGLE: PAST_THE_END,
 * ONE_FREE_IS_ENOUGH, ONE_MESSAGE_IS_ENOUGH; unless WORDS: ONE_WORD_IS_ENOUGH, ANY_CONTENT; with STALE:
 * RELAXED_FULL; with OBSERVER: EMPTY_TAIL_FIRST, SIZE_AT_ONCE.
 */

#ifndef CAPACITY /* up to 3 */
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
#ifdef SINGLE
#define MOST 1
#else
#define MOST 2
#endif

/* Cell::kFree, the tag of words, Cell::kInSlot. */
#define FREE 0
#define WORD 1
#define IN_SLOT 2

/* Ring::Ring(): bit_ceil(max(capacity, kInSlot) + 1) */
#define CLOSED_BIT 4
#define ONE_LAP (CLOSED_BIT * 2)

#define INDEX(position) ((position) & (CLOSED_BIT - 1))
#define LAP(position) ((position) - INDEX(position))
#define AFTER(position, steps) \
  ((INDEX(position) + (steps) < CAPACITY) \
    -> (position) + (steps) : (position) + (steps) - CAPACITY + ONE_LAP)
#define UNMARKED(position) ((position) & (255 - CLOSED_BIT))
#define IS_MESSAGE(stamp, lap) ((stamp) - (lap) == WORD || (stamp) - (lap) == IN_SLOT)

mtype = { DONE, WOULD_BLOCK, CLOSED };

#define NOTHING 255

byte head;
byte tail;
byte stamp[CAPACITY];
byte word[CAPACITY] = NOTHING;
byte slot[CAPACITY] = NOTHING;

/* What has to come of it. */
byte pushed; /* cells claimed by pushes */
byte popped; /* and by pops */
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

/* Of each message. */
byte content_of[SENDERS * MESSAGES];
inline note_content(index) { content_of[index] = content }

/* Any value since the one that this thread saw last. */
inline load_tail() {
  atomic {
    position = UNMARKED(position);
    do
    :: position != UNMARKED(tail) -> position = AFTER(position, 1)
    :: position == UNMARKED(tail) -> position = tail; break
    :: break
    od
  }
}
inline load_head() {
  atomic {
    do
    :: position != head -> position = AFTER(position, 1)
    :: break
    od
  }
}
/* Any value at all: a lap, or a lap and what was pushed in it. */
inline load_stamp(index) {
  atomic {
    seen = 0;
    do
    :: seen != stamp[index] ->
       seen = ((seen % ONE_LAP == FREE)
         -> seen + content_of[seen / ONE_LAP * CAPACITY + index]
         : seen - seen % ONE_LAP + ONE_LAP)
    :: break
    od
  }
}
inline forget_position() { skip }

#ifdef RELAXED_FULL
#define HEAD other
inline load_other_head() {
  other = 0;
  do
  :: other != head -> other = AFTER(other, 1)
  :: break
  od
}
#endif

#define FULL_STILL_CLAIMED false
#define EMPTY_STILL_CLAIMED false

#else

inline note_content(index) { skip }
inline load_tail() { position = tail }
inline load_head() { position = head }
inline load_stamp(index) { seen = stamp[index] }
inline forget_position() { position = 0 }

/* While this holds, another look comes to the same. If it holds for ever the thread spins for ever: an
 * invalid end. */
#define FULL_STILL_CLAIMED \
  (tail == position && stamp[INDEX(position)] < LAP(position) && head + ONE_LAP != position)
#define EMPTY_STILL_CLAIMED \
  (head == position && stamp[INDEX(position)] <= LAP(position) && UNMARKED(tail) != position)

#endif

#ifdef NO_LOOK_AT_LATE_PUSH
#define MAY_BE_FULL(seen, lap) IS_MESSAGE(seen + ONE_LAP, lap)
#else
#define MAY_BE_FULL(seen, lap) (seen < lap)
#endif
#ifdef NO_LOOK_AT_LATE_POP
#define MAY_BE_EMPTY(seen, lap) (seen == lap)
#else
#define MAY_BE_EMPTY(seen, lap) (seen <= lap)
#endif

/* count < std::min(most, capacity_ - index) */
#define NEXT (INDEX(position) + count)
#ifdef PAST_THE_END
#define HAS_NEXT(many) ((many) && count < MOST)
#else
#define HAS_NEXT(many) ((many) && count < MOST && NEXT < CAPACITY)
#endif

/* Ring::claim_free() */
inline claim_free() {
  load_tail(); /* tail_.load(relaxed) */
  do
  :: IS_CLOSED(position) -> /* (tail & closed_bit_) != 0 */
     assert(closed);
     status = CLOSED;
     break
  :: else ->
     load_stamp(INDEX(position)); /* cells_[index].stamp.load(acquire) */
     if
     :: seen == LAP(position) ->
        count = 1;
        do
        :: atomic {
             HAS_NEXT(content == WORD && count < left) ->
             load_stamp(NEXT); /* cells_[index + count].stamp.load(acquire) */
             if
#ifdef ONE_FREE_IS_ENOUGH
             :: count++
#else
             :: seen == LAP(position) -> count++
             :: seen != LAP(position) -> break
#endif
             fi
           }
        :: !HAS_NEXT(content == WORD && count < left) -> break
        od;
        if
#ifdef CLAIMED_BY_STORE
        :: tail == position ->
           atomic {
#else
        :: atomic { /* tail_.compare_exchange_weak(tail, after(tail, count), seq_cst) */
             tail == position ->
#endif
             tail = AFTER(position, count);
             assert(!close_returned);
             assert(INDEX(position) + count <= CAPACITY);
             message = pushed;
             do
             :: pushed < message + count -> note_content(pushed); pushed++
             :: pushed == message + count -> break
             od;
             assert(LENGTH <= CAPACITY);
             seen = 0;
             status = DONE;
             break
           }
        :: atomic { /* it failed, be it for no reason, as the weak one may */
             seen = 0;
             count = 0;
             load_tail()
           }
        fi
     :: MAY_BE_FULL(seen, LAP(position)) ->
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
        assert(tail != position);
        load_tail() /* tail_.load(relaxed) */
     fi
  od
}

/* Ring::try_push(), with a word or what goes into the slot, and try_push_words() */
inline try_push() {
  claim_free();
  do
  :: i < count ->
#ifdef STAMP_BEFORE_WRITING
     stamp[INDEX(position) + i] = LAP(position) + content;
#endif
     atomic {
       if
       :: content == WORD -> /* cell.word = ... */
          assert(word[INDEX(position) + i] == NOTHING);
          word[INDEX(position) + i] = message + i
       :: content == IN_SLOT -> /* slots_[index].parcel = std::move(parcel) */
          assert(slot[INDEX(position) + i] == NOTHING);
          slot[INDEX(position) + i] = message + i
       fi
     }
     atomic {
#ifndef STAMP_BEFORE_WRITING
       stamp[INDEX(position) + i] = LAP(position) + content; /* stamp.store(lap + content, release) */
#endif
       i++
     }
  :: atomic { i == count -> i = 0; break }
  od;
  atomic {
    message = 0
  }
  forget_position()
}

/* Ring::claim_messages(); words: whether only words are `wanted`. */
#define IS_WANTED(content) (!words || (content) == WORD)

inline claim_messages() {
  load_head(); /* head_.load(relaxed) */
  do
  :: load_stamp(INDEX(position)); /* cells_[index].stamp.load(acquire) */
     if
     :: IS_MESSAGE(seen, LAP(position)) && !IS_WANTED(seen - LAP(position)) ->
        seen = 0;
        status = DONE;
        break
     :: IS_MESSAGE(seen, LAP(position)) && IS_WANTED(seen - LAP(position)) ->
        content = seen - LAP(position);
        count = 1;
        do
        :: atomic {
             HAS_NEXT(words) ->
             load_stamp(NEXT); /* cells_[index + count].stamp.load(acquire) */
             if
#ifdef ONE_MESSAGE_IS_ENOUGH
             :: count++
#elif defined(ONE_WORD_IS_ENOUGH)
             :: IS_MESSAGE(seen, LAP(position)) -> count++
             :: !IS_MESSAGE(seen, LAP(position)) -> break
#else
             :: IS_MESSAGE(seen, LAP(position)) && IS_WANTED(seen - LAP(position)) -> count++
             :: !(IS_MESSAGE(seen, LAP(position)) && IS_WANTED(seen - LAP(position))) -> break
#endif
             fi
           }
        :: !HAS_NEXT(words) -> break
        od;
        if
        :: atomic { /* head_.compare_exchange_weak(head, after(head, count), seq_cst) */
             head == position ->
             head = AFTER(position, count);
             assert(INDEX(position) + count <= CAPACITY);
             message = popped;
             popped = popped + count;
             assert(popped <= pushed);
             seen = 0;
             status = DONE;
             break
           }
        :: atomic { /* it failed, be it for no reason */
             seen = 0;
             count = 0;
             content = 0;
             load_head()
           }
        fi
     :: MAY_BE_EMPTY(seen, LAP(position)) ->
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
        assert(head != position);
        load_head() /* head_.load(relaxed) */
     fi
  od
}

/* Ring::try_pop() and try_pop_words() */
inline try_pop() {
  claim_messages();
#ifdef ANY_CONTENT
  content = WORD;
#endif
  do
  :: i < count ->
#ifdef STAMP_BEFORE_TAKING
     stamp[INDEX(position) + i] = LAP(position) + ONE_LAP;
#endif
     atomic {
       if
       :: content == WORD -> /* cell.word */
          assert(word[INDEX(position) + i] == message + i);
          word[INDEX(position) + i] = NOTHING
       :: content == IN_SLOT -> /* parcel = std::move(slots_[index].parcel) */
          assert(slot[INDEX(position) + i] == message + i);
          slot[INDEX(position) + i] = NOTHING
       fi
     }
     atomic {
#ifndef STAMP_BEFORE_TAKING
       stamp[INDEX(position) + i] = LAP(position) + ONE_LAP; /* stamp.store(lap + one_lap_, release) */
#endif
       i++
     }
  :: atomic { i == count -> i = 0; break }
  od;
  atomic {
    message = 0;
    content = 0
  }
  forget_position()
}

#ifdef RELAXED_FULL
#define LOCALS byte position, seen, message, count, content, i, other; mtype status
#else
#define LOCALS byte position, seen, message, count, content, i; mtype status
#endif

proctype Sender() {
  LOCALS;
  byte left = MESSAGES;
  do
  :: left > 0 ->
     if
#ifndef SLOTS
     :: content = WORD
#endif
#ifndef WORDS
     :: content = IN_SLOT
#endif
     fi;
     try_push();
     left = left - count;
     if
     :: status == DONE -> assert(count > 0)
     :: status == WOULD_BLOCK -> LENGTH < CAPACITY || closed
     :: status == CLOSED -> break
     fi;
     atomic {
       status = 0;
       content = 0;
       count = 0
     }
  :: left == 0 -> break
  od;
  atomic {
    position = 0;
    left = 0;
    content = 0;
    count = 0;
    status = 0;
    finished++
  }
}

proctype Receiver() {
  LOCALS;
  bool words;
  do
  :: if
     :: words = false
#ifndef SLOTS
     :: words = true
#endif
     fi;
     try_pop();
     if
     :: status == DONE -> assert(count > 0 || words)
     :: status == WOULD_BLOCK -> LENGTH > 0 || closed
     :: status == CLOSED -> break
     fi;
     atomic {
       status = 0;
       words = false;
       count = 0
     }
  od;
  atomic {
    position = 0;
    words = false;
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
  assert(popped == pushed)
}

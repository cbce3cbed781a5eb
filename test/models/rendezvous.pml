/* A rendezvous: native/core/rendezvous.h and rendezvous.cc. All meet in one channel.
 *
 * PAIRS    Two senders and two receivers.
 * RACE     A sender and a receiver in a hurry, and another sender.
 * BOTH     Three parties that would send or receive, whichever comes first, but not with themselves.
 * MIXED    One of those, a sender and a receiver.
 * HURRIED  With BOTH and MIXED: the first party may run out of time, or withdraw.
 * CLOSE    The channel is closed, or poisoned, at any moment.
 *
 * Defects: those of parties.pml and of waiter.pml.
 */

#define CHANNELS 1
#define IS_RENDEZVOUS(channel) true

#ifdef PAIRS
#define PARTIES 4
#else
#define PARTIES 3
#endif
#ifdef HURRIED
#define FIRST_HURRIED true
#else
#define FIRST_HURRIED false
#endif

byte channel_of[PARTIES * 2];
byte side_of[PARTIES * 2];

#include "parties.pml"

init {
  atomic {
#if defined(PAIRS)
    side_of[4] = RECEIVER;
    side_of[6] = RECEIVER;
    run Party(0, 1, 1, false);
    run Party(1, 1, 1, false);
    run Party(2, 1, 1, false);
    run Party(3, 1, 1, false);
#elif defined(RACE)
    side_of[2] = RECEIVER;
    run Party(0, 1, 1, true);
    run Party(1, 1, 1, true);
    run Party(2, 1, 1, false);
#elif defined(BOTH)
    side_of[1] = RECEIVER;
    side_of[3] = RECEIVER;
    side_of[4] = RECEIVER;
    run Party(0, 2, 1, FIRST_HURRIED);
    run Party(1, 2, 1, false);
    run Party(2, 2, 1, false);
#elif defined(MIXED)
    side_of[1] = RECEIVER;
    side_of[4] = RECEIVER;
    run Party(0, 2, 1, FIRST_HURRIED);
    run Party(1, 1, 1, false);
    run Party(2, 1, 1, false);
#endif
#ifdef CLOSE
    run Closer(0);
#endif
    run Quiet()
  }
}

/* Select: one waiter in several channels, as native/binding/selection.cc and src/channel/select.ts use
 * them. The channels are 0 and 1.
 *
 * OPPOSED   Two rendezvous. One party would send in the first or receive in the second, another would
 *           send in the second or receive in the first, and a third would receive in either.
 * BUFFERED  Two channels with room for one message each. Two parties would receive from either, and a
 *           third sends two messages into whichever has room.
 * CROSSED   The same channels. Each of two parties would send into one or receive from the other, twice,
 *           and a third receives.
 * MIXED     A rendezvous and a channel with room for one. One party would receive from either, one sends
 *           two messages into either, and one receives from the latter.
 * HURRIED   The first party may run out of time, or withdraw.
 * CLOSE     The first channel is closed at any moment.
 *
 * Defects: those of parties.pml and of waiter.pml.
 */

#define CHANNELS 2

#define PARTIES 3
#if defined(OPPOSED)
#define IS_RENDEZVOUS(channel) true
#elif defined(MIXED)
#define IS_RENDEZVOUS(channel) ((channel) == 0)
#define CAPACITY 1
#else
#define IS_RENDEZVOUS(channel) false
#define CAPACITY 1
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
#if defined(OPPOSED)
    channel_of[1] = 1; side_of[1] = RECEIVER;
    channel_of[2] = 1;
    side_of[3] = RECEIVER;
    side_of[4] = RECEIVER;
    channel_of[5] = 1; side_of[5] = RECEIVER;
    run Party(0, 2, 1, FIRST_HURRIED);
    run Party(1, 2, 1, false);
    run Party(2, 2, 1, false);
#elif defined(CROSSED)
    channel_of[1] = 1; side_of[1] = RECEIVER;
    channel_of[2] = 1;
    side_of[3] = RECEIVER;
    side_of[4] = RECEIVER;
    run Party(0, 2, 2, FIRST_HURRIED);
    run Party(1, 2, 2, false);
    run Party(2, 1, 1, false);
#else
    side_of[0] = RECEIVER;
    channel_of[1] = 1; side_of[1] = RECEIVER;
    run Party(0, 2, 1, FIRST_HURRIED);
    channel_of[5] = 1;
    run Party(2, 2, 2, false);
#ifdef MIXED
    channel_of[2] = 1; side_of[2] = RECEIVER;
    run Party(1, 1, 1, false);
#else
    side_of[2] = RECEIVER;
    channel_of[3] = 1; side_of[3] = RECEIVER;
    run Party(1, 2, 1, false);
#endif
#endif
#ifdef CLOSE
    run Closer(0);
#endif
    run Quiet()
  }
}

// What `npm run test:models` verifies: a model with some of the defines that its head describes. `fails` is a defect that has to be
// found, by what it `breaks`: a model that cannot fail proves nothing.

// Parts of what the verifier says: assertions, with all macros expanded.
const comesToAnEnd = 'invalid end state';
const staysInside = 'invalid array index';

const fullMeansFull = '((pushed-popped)==1)';
const emptyMeansEmpty = '((pushed-popped)==0)';
const writesWhereNothingIs = '(word[((position&(4-1))+i)]==255)';
const takesTheMessage = '(word[((position&(4-1))+i)]==(message+i))';
const popsWhatWasPushed = '(popped<=pushed)';
const pushMovesOn = '(tail!=position)';
const popMovesOn = '(head!=position)';
const nothingAfterClose = '!(close_returned)';
const sizeIsExact = '(count==before)';

const noReceiverSleepsOn = '( !((waiting[1].count!=0))||(q_len(queue)==0))';
const noSenderSleepsOn = '( !((waiting[0].count!=0))|| !(';
const nobodySleepsAtTheEnd = '((state==1)||( !((waiting[0].count!=0))&& !((waiting[1].count!=0))))';
const sealedMeansOver = '(state!=1)';
const allFinishOrWait = '(((finished+waiting[0].count)+waiting[1].count)==';
const nobodyIsWokenAfter = '(waking[own]==0)';

const waitsForNoneOfItsOwn = '((((waiter*2)+one)/2)!=(woken/2))';
const putsWhereNothingIs = '(parcel[((waiter*2)+one)]==0)';
const leavesWithoutMessage = '((side_of[((waiter*2)+one)]==0)||(parcel[((waiter*2)+one)]==0))';
const noReceiverSleepsOnMessages =
  '( !((waiting[((channel*2)+1)].count!=0))||(queued[channel]==0))';
const isInNoList = '!(linked[((waiter*2)+one)])';
const unlockedAtTheEnd = '!(locked[channel])';
const nothingIsLost = '(sent==(received+all))';
const allEnd = '(all==3)';

/** @type {{ model: string, defines: string, fails?: string, breaks?: string }[]} */
export const configurations = [
  // One or several cells claimed at once, with the end of the ring before, between and behind them.
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=1' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=3' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=2 MESSAGES=3' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=3 MESSAGES=5' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=2 CAPACITY=1 MESSAGES=1' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=2 CAPACITY=2 MESSAGES=2 WORDS' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1 STALE' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=2 STALE' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 MESSAGES=1 STALE' },
  { model: 'ring', defines: 'SENDERS=2 RECEIVERS=2 CAPACITY=1 MESSAGES=1 WORDS STALE' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=3 OBSERVER' },
  { model: 'ring', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=1 MESSAGES=3 OBSERVER' },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=2',
    fails: 'FULL_BY_STAMP',
    breaks: fullMeansFull,
  },
  {
    model: 'ring',
    defines: 'SENDERS=2 RECEIVERS=1',
    fails: 'EMPTY_BY_STAMP',
    breaks: emptyMeansEmpty,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'STAMP_BEFORE_WRITING',
    breaks: takesTheMessage,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'STAMP_BEFORE_TAKING',
    breaks: writesWhereNothingIs,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'CLOSED_ASIDE',
    breaks: nothingAfterClose,
  },
  {
    model: 'ring',
    defines: 'SENDERS=2 RECEIVERS=1',
    fails: 'CLAIMED_BY_STORE',
    breaks: nothingAfterClose,
  },
  {
    model: 'ring',
    defines: 'SENDERS=2 RECEIVERS=1',
    fails: 'NO_LOOK_AT_LATE_PUSH',
    breaks: pushMovesOn,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=2',
    fails: 'NO_LOOK_AT_LATE_POP',
    breaks: popMovesOn,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=3',
    fails: 'PAST_THE_END',
    breaks: staysInside,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=4',
    fails: 'ONE_FREE_IS_ENOUGH',
    breaks: comesToAnEnd,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=1',
    fails: 'ONE_MESSAGE_IS_ENOUGH',
    breaks: popsWhatWasPushed,
  },
  {
    model: 'ring',
    defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 MESSAGES=1',
    fails: 'ONE_WORD_IS_ENOUGH',
    breaks: takesTheMessage,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2',
    fails: 'ANY_CONTENT',
    breaks: takesTheMessage,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 STALE',
    fails: 'RELAXED_FULL',
    breaks: fullMeansFull,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 OBSERVER',
    fails: 'EMPTY_TAIL_FIRST',
    breaks: emptyMeansEmpty,
  },
  {
    model: 'ring',
    defines: 'SENDERS=1 RECEIVERS=1 OBSERVER',
    fails: 'SIZE_AT_ONCE',
    breaks: sizeIsExact,
  },

  // Nobody sleeps on while there is something for it.
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=2 CAPACITY=1' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=1 MESSAGES=2 HURRIED' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1 MESSAGES=2 HURRIED' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1 MESSAGES=2 INTERRUPT' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=1 TAKES=1 INTERRUPT' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1 MESSAGES=2 LOOPING' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=1 MESSAGES=2 LOOPING CLOSE' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=1 MESSAGES=2 LOOPING POISON' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=1 CLOSE' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=1 POISON' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=1 LEAVE' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=2 MESSAGES=3 TAKES=2 MANY' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 MESSAGES=2 TAKES=2 MANY' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=2 MESSAGES=2 TAKES=1 MANY HURRIED' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=3 MANY CLOSE' },
  { model: 'waiting', defines: 'SENDERS=1 RECEIVERS=1 CAPACITY=2 MESSAGES=3 MANY POISON' },
  {
    model: 'waiting',
    defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 MESSAGES=3 TAKES=1 WEIGHED HURRIED',
  },
  { model: 'waiting', defines: 'SENDERS=3 RECEIVERS=1 CAPACITY=2 TAKES=1 WEIGHED' },
  { model: 'waiting', defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 WEIGHED CLOSE' },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=2',
    fails: 'NO_LOOK_AFTER_LINK',
    breaks: noReceiverSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'LOOK_BEFORE_LINK',
    breaks: noReceiverSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=2 INTERRUPT',
    fails: 'NO_PASS_ON',
    breaks: noReceiverSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1 CLOSE',
    fails: 'WAKE_FIRST',
    breaks: nobodySleepsAtTheEnd,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1 CLOSE',
    fails: 'SEAL_BEFORE_STATE',
    breaks: sealedMeansOver,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1 MESSAGES=2',
    fails: 'NO_WAKE_OF_SENDERS',
    breaks: noSenderSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=2 CAPACITY=2 MESSAGES=2 TAKES=1 MANY',
    fails: 'ONE_WAKE_A_BATCH',
    breaks: noReceiverSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=3 RECEIVERS=1 CAPACITY=2 TAKES=1 WEIGHED',
    fails: 'ONE_WAKE_A_POP',
    breaks: noSenderSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=2 RECEIVERS=1 CAPACITY=2 MESSAGES=3 TAKES=1 WEIGHED HURRIED',
    fails: 'NO_MAKING_WAY',
    breaks: noSenderSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=2 HURRIED',
    fails: 'NO_WAKE_AFTER_SELECTED',
    breaks: noReceiverSleepsOn,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'LOOK_BEFORE_PREPARE',
    breaks: allFinishOrWait,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=1',
    fails: 'DISARM_WITHOUT_LOCK',
    breaks: nobodyIsWokenAfter,
  },
  {
    model: 'waiting',
    defines: 'SENDERS=1 RECEIVERS=2 HURRIED',
    fails: 'ABORT_BY_STORE',
    breaks: noReceiverSleepsOn,
  },

  { model: 'rendezvous', defines: 'PAIRS' },
  { model: 'rendezvous', defines: 'RACE' },
  { model: 'rendezvous', defines: 'RACE CLOSE' },
  { model: 'rendezvous', defines: 'BOTH' },
  { model: 'rendezvous', defines: 'BOTH HURRIED' },
  { model: 'rendezvous', defines: 'MIXED HURRIED CLOSE' },
  { model: 'rendezvous', defines: 'BOTH', fails: 'CLAIM_LEFT', breaks: allEnd },
  { model: 'rendezvous', defines: 'MIXED', fails: 'NO_LOOK_AT_OWN', breaks: waitsForNoneOfItsOwn },
  { model: 'rendezvous', defines: 'RACE', fails: 'MOVED_AFTER_UNPARK', breaks: putsWhereNothingIs },

  { model: 'select', defines: 'OPPOSED' },
  { model: 'select', defines: 'OPPOSED HURRIED' },
  { model: 'select', defines: 'BUFFERED' },
  { model: 'select', defines: 'CROSSED' },
  { model: 'select', defines: 'MIXED HURRIED' },
  { model: 'select', defines: 'MIXED CLOSE' },
  { model: 'select', defines: 'OPPOSED', fails: 'NO_CLAIM', breaks: leavesWithoutMessage },
  { model: 'select', defines: 'OPPOSED', fails: 'KEEP_CLAIM', breaks: unlockedAtTheEnd },
  { model: 'select', defines: 'BUFFERED', fails: 'NO_PASS_ON', breaks: noReceiverSleepsOnMessages },
  { model: 'select', defines: 'OPPOSED', fails: 'NO_DISARM', breaks: isInNoList },
  { model: 'select', defines: 'MIXED', fails: 'NO_TRY_SELECT', breaks: nothingIsLost },
];

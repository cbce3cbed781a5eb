#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "brief_mutex.h"
#include "cache_line.h"
#include "channel_options.h"
#include "clock.h"
#include "parcel.h"
#include "ref.h"
#include "registry.h"
#include "status.h"
#include "wait_list.h"
#include "waiter.h"

namespace isolane {

// Opaque bytes that say why a channel was closed or poisoned. May be empty.
using Reason = std::vector<uint8_t>;

class Channel;
struct Letter;

// What the registry of channels keeps: does not count, but can be turned into a Ref while the
// channel lives.
class UnownedChannel {
 public:
  explicit UnownedChannel(Channel* channel) : channel_(channel) {}
  Ref<Channel> lock() const;

 private:
  Channel* channel_;
};

// A first-in-first-out channel for any number of senders and receivers: the public face of all
// flavours.
//
//   rendezvous.h   capacity 0: from hand to hand
//   queued.h       around a queue: a bounded ring (ring.h), an unbounded list (segments.h), either
//                  of them with a bound on bytes (weighed.h)
//   drop_newest.h, drop_oldest.h
//                  the same, but senders never wait
//   timed.h        after() and tick(): without senders
//
// Every method may be called from any thread. Messages of one sender arrive in the order in which
// they were sent, and each message arrives once or remains the sender's.
//
// Who has to wait arms a Case and is then selected by somebody of the other side (or by close).
// What an operation of the fast path costs when nobody waits is one look at the other side's wait
// list: no lock, no allocation, no system call.
class Channel {
 public:
  // An empty Ref if there is not enough memory.
  static Ref<Channel> create(ChannelOptions options);
  static Ref<Channel> create(size_t capacity, std::string name);
  // Without senders: a message once `when` has come, and no other; kForever is never. The message
  // has this tag, and for its word the bits of a double: milliseconds since 1970.
  static Ref<Channel> after(Deadline when, uint8_t tag);
  // A message every `period`, if the one before has been taken.
  static Ref<Channel> tick(Clock::duration period, uint8_t tag);

  // Ids count from 1.
  static Registry<Channel, UnownedChannel>& registry();

  uint64_t id() const { return id_; }
  const std::string& name() const { return name_; }
  size_t capacity() const { return capacity_; }
  uint32_t label() const { return label_; }
  virtual size_t size() const = 0;
  // Whether something comes without any sender.
  virtual bool will_fire() const { return false; }

  // Trying: never wait. kDone, kWouldBlock, kClosed or kPoisoned; a parcel is only taken on kDone.
  // Whatever the parcel of a receiver held before is freed.
  virtual Status try_send(Parcel& parcel) = 0;
  virtual Status try_receive(Parcel& parcel) = 0;

  // Many at a time, without waiting: words, each a message of its own with that tag (Ring). Sends
  // or receives the first of them in order, and gives how many. kDone: at least one was, unless the
  // next message to be received is no such word, or this flavour has no quicker way than one at a
  // time. Otherwise none was.
  virtual size_t try_send_words(uint8_t tag, std::span<const uint64_t> words, Status* status);
  virtual size_t try_receive_words(uint8_t tag, std::span<uint64_t> words, Status* status);

  // Blocking: kDone, kClosed, kPoisoned, kTimedOut or kInterrupted. What can be done at once is
  // done even if the time is out or the waiter interrupted.
  virtual Status send(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) = 0;
  virtual Status receive(Parcel& parcel, ThreadWaiter& waiter, Deadline deadline) = 0;

  // For a thread that sends or receives in a row, now and then between two messages: lets the other
  // side get ahead if it is so near that the two are in each other's way (Spin::let_gather).
  virtual void keep_distance(Side, ThreadWaiter&) {}

  // Waiting in one or more channels at once, for threads and event loops: reset the waiter, arm a
  // case in each channel until one does not return kWouldBlock, wait to be selected if all did,
  // disarm every case that was armed, and act on the waiter's outcome.
  //
  // kWouldBlock: registered, and the waiter will be unparked exactly once, when it is selected. (If
  // it has already been selected by a case in another channel, this one is not registered.)
  // kDone: nothing is registered here, and the waiter has been selected by this call, so that no
  // other channel can: for this case, which has been committed (rendezvous), or for kRetry, as
  // there is something to receive, or room to send (buffered). It is not unparked.
  // kClosed, kPoisoned: nothing is registered here, and the waiter has been selected for kRetry by
  // this call. It is not unparked.
  virtual Status arm(Case& own) = 0;

  // Afterwards nobody but the caller touches the case. Necessary for every case that was armed,
  // also after it was selected; harmless for one that was not. Whether it was still in the list:
  // if not, and it was armed, it may have been woken to go on.
  bool disarm(Case& own);

  // For who was selected for kRetry and leaves without having tried again in this channel (it was
  // cancelled or interrupted, or found what it wanted in another channel): lets another waiter of
  // that side go on in its place, if there is anything to go on with.
  void pass_on(Side side);

  // Receivers take what is queued and then get kClosed, senders get kClosed at once.
  void close(Reason reason = {});
  // What is queued is dropped, and both sides get kPoisoned. A closed channel can be poisoned.
  void poison(Reason reason);

  // Whether no more can be sent: closed, poisoned, or all receivers or all senders are gone.
  bool closed() const { return state() != State::kOpen; }
  bool poisoned() const { return state() == State::kPoisoned; }
  Reason reason() const;

  // Open endpoints. Who looks after it has armed a case is told by look_around() of any that go
  // later.
  size_t senders() const { return handles(Side::kSender).load(std::memory_order_seq_cst); }
  size_t receivers() const { return handles(Side::kReceiver).load(std::memory_order_seq_cst); }

 protected:
  enum class State : uint8_t { kOpen, kClosed, kPoisoned };

  explicit Channel(ChannelOptions options);
  virtual ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Makes every later push fail. With the lock held.
  virtual void seal() = 0;
  // Loses what is queued. After seal(), without the lock: messages may hold endpoints, even of this
  // channel.
  virtual void discard(Loss loss) = 0;
  // Whether there is something to receive, or room to send a message of that weight.
  virtual bool can_go_on(Side side, size_t weight) const = 0;

  State state() const { return state_.load(std::memory_order_seq_cst); }
  // What to answer once the channel is no longer open.
  Status closed_status() const { return poisoned() ? Status::kPoisoned : Status::kClosed; }

  WaitList& waiting(Side side) { return waiting_[static_cast<size_t>(side)]; }
  // For who has just made it possible for the other side to go on.
  virtual void wake(Side side);
  // For who has made it possible for that many of them.
  void wake_many(Side side, size_t count) {
    for (; count > 0 && waiting(side).any(); --count) wake(side);
  }
  // Somebody of that side has stopped waiting without having been woken.
  virtual void make_way(Side) {}
  // Has those who wait on that side look who is left to wake them.
  void look_around(Side side);
  // Drops a message that was accepted, and tells whoever asked to be told. Without the lock.
  void lose(Parcel&& message, Loss loss);

  // Guards the wait lists and, while armed, the cases in them; the reason, and changes of state.
  [[nodiscard]] std::unique_lock<BriefMutex> lock() const { return std::unique_lock(mutex_); }

 private:
  friend class Endpoint;
  friend class Ref<Channel>;
  friend class UnownedChannel;

  enum class Queued : uint8_t { kKept, kDropped };

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  bool retain_if_alive();
  void release();

  std::atomic<size_t>& handles(Side side) { return handles_[static_cast<size_t>(side)]; }
  const std::atomic<size_t>& handles(Side side) const {
    return handles_[static_cast<size_t>(side)];
  }
  void add_handle(Side side) { handles(side).fetch_add(1, std::memory_order_relaxed); }
  void drop_handle(Side side);

  void report(Letter&& letter, Loss loss) const;
  void shut(State state, Reason reason, Queued queued);

  const uint64_t id_;
  const size_t capacity_;
  const std::string name_;
  const uint32_t label_;
  const std::optional<LossReport> losses_;
  std::atomic<size_t> references_{1};
  std::atomic<size_t> handles_[2] = {};
  std::atomic<State> state_{State::kOpen};
  Reason reason_;
  WaitList waiting_[2];                           // indexed by Side
  alignas(kCacheLine) mutable BriefMutex mutex_;  // apart from what the fast path reads
};

}  // namespace isolane

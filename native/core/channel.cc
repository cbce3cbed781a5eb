#include "channel.h"

#include <new>
#include <utility>

#include "buffered.h"
#include "rendezvous.h"

namespace isolane {

Ref<Channel> UnownedChannel::lock() const {
  return channel_->retain_if_alive() ? Ref<Channel>::adopt(channel_) : Ref<Channel>();
}

Ref<Channel> Channel::create(size_t capacity, std::string name) {
  Channel* channel = nullptr;
  if (capacity == 0) {
    channel = new (std::nothrow) RendezvousChannel(std::move(name));
  } else {
    channel = BufferedChannel::create(capacity, std::move(name));
  }
  if (channel != nullptr) registry().add(channel->id(), UnownedChannel(channel));
  return Ref<Channel>::adopt(channel);
}

Registry<Channel, UnownedChannel>& Channel::registry() {
  static auto* const leaked = new Registry<Channel, UnownedChannel>(1);
  return *leaked;
}

Channel::Channel(size_t capacity, std::string name)
    : id_(registry().next_id()), capacity_(capacity), name_(std::move(name)) {}

Channel::~Channel() = default;

bool Channel::retain_if_alive() {
  size_t count = references_.load(std::memory_order_relaxed);
  while (count != 0) {
    if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

void Channel::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  registry().remove(id_);
  delete this;
}

void Channel::drop_handle(Side side) {
  if (handles(side).fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // Without senders, receivers drain and then end. Without receivers, nobody will ever take what is
  // queued.
  shut(State::kClosed, {}, side == Side::kSender ? Queued::kKept : Queued::kDropped);
}

void Channel::disarm(Case& own) {
  // Always takes the lock, also for a case that a waker has unlinked: that waker may still be about
  // to unpark the waiter, or to move a message into the case.
  const auto locked = lock();
  if (own.linked) waiting(own.side).unlink(own);
}

void Channel::pass_on(Side side) {
  if (can_go_on(side)) wake(side);
}

void Channel::wake(Side side) {
  const auto locked = lock();
  waiting(side).wake_one();
}

void Channel::close(Reason reason) { shut(State::kClosed, std::move(reason), Queued::kKept); }

void Channel::poison(Reason reason) { shut(State::kPoisoned, std::move(reason), Queued::kDropped); }

void Channel::shut(State state, Reason reason, Queued queued) {
  {
    const auto locked = lock();
    if (state_.load(std::memory_order_relaxed) < state) {
      reason_.swap(reason);
      // Before the ring is sealed: who finds it closed asks the state why.
      state_.store(state, std::memory_order_seq_cst);
      seal();
    } else if (queued == Queued::kKept) {
      return;
    }
  }
  // Before anybody is woken, so that no receiver is woken to take what is to be dropped.
  if (queued == Queued::kDropped) discard();

  const auto locked = lock();
  waiting(Side::kSender).wake_all();
  waiting(Side::kReceiver).wake_all();
}

Reason Channel::reason() const {
  const auto locked = lock();
  return reason_;
}

}  // namespace isolane

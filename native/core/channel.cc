#include "channel.h"

#include <new>
#include <utility>

#include "drop_newest.h"
#include "drop_oldest.h"
#include "party.h"
#include "rendezvous.h"
#include "ring.h"
#include "segments.h"
#include "timed.h"
#include "weighed.h"

namespace isolane {

Ref<Channel> UnownedChannel::lock() const {
  return channel_->retain_if_alive() ? Ref<Channel>::adopt(channel_) : Ref<Channel>();
}

namespace {

Ref<Channel> registered(Channel* channel) {
  if (channel != nullptr) Channel::registry().add(channel->id(), UnownedChannel(channel));
  return Ref<Channel>::adopt(channel);
}

// nullptr if there is not enough memory. `arguments` are the queue's.
template <class Queue, class... Arguments>
Channel* make_queued(const ChannelOptions& options, const Arguments&... arguments) {
  const auto checked = [](auto* made) -> Channel* {
    if (made == nullptr || made->queue().allocated()) return made;
    Ref<Channel>::adopt(made);
    return nullptr;
  };
  switch (options.overflow) {
    case Overflow::kDropNewest:
      return checked(new (std::nothrow) DropNewestChannel<Queue>(options, arguments...));
    case Overflow::kDropOldest:
      return checked(new (std::nothrow) DropOldestChannel<Queue>(options, arguments...));
    default:
      return checked(new (std::nothrow) QueuedChannel<Queue>(options, arguments...));
  }
}

template <class Queue, class... Arguments>
Channel* make_weighed(const ChannelOptions& options, const Arguments&... arguments) {
  if (options.max_bytes == ChannelOptions::kUnbounded) {
    return make_queued<Queue>(options, arguments...);
  }
  return make_queued<Weighed<Queue>>(options, options.max_bytes, arguments...);
}

}  // namespace

Ref<Channel> Channel::create(ChannelOptions options) {
  if (options.capacity == 0) {
    return registered(new (std::nothrow) RendezvousChannel(std::move(options)));
  }
  if (options.capacity == ChannelOptions::kUnbounded) {
    return registered(make_weighed<Segments>(options));
  }
  const size_t spare = options.overflow == Overflow::kDropOldest ? 1 : 0;
  return registered(make_weighed<Ring>(options, options.capacity + spare));
}

Ref<Channel> Channel::create(size_t capacity, std::string name) {
  ChannelOptions options;
  options.capacity = capacity;
  options.name = std::move(name);
  return create(std::move(options));
}

namespace {

ChannelOptions room_for_one() {
  ChannelOptions options;
  options.capacity = 1;
  return options;
}

}  // namespace

Ref<Channel> Channel::after(Deadline when, uint8_t tag) {
  return registered(new (std::nothrow) TimedChannel<After>(room_for_one(), when, tag));
}

Ref<Channel> Channel::tick(Clock::duration period, uint8_t tag) {
  return registered(new (std::nothrow) TimedChannel<Tick>(room_for_one(), period, tag));
}

Registry<Channel, UnownedChannel>& Channel::registry() {
  static auto* const leaked = new Registry<Channel, UnownedChannel>(1);
  return *leaked;
}

Channel::Channel(ChannelOptions options)
    : id_(registry().next_id()),
      capacity_(options.capacity),
      name_(std::move(options.name)),
      label_(options.label),
      losses_(options.losses) {}

Channel::~Channel() {
  if (losses_) report(Letter(), Loss::kNone);
}

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
  if (handles(side).fetch_sub(1, std::memory_order_seq_cst) != 1) {
    if (waiting(opposite(side)).any()) look_around(opposite(side));
    return;
  }
  // Without senders, receivers drain and then end. Without receivers, nobody will ever take what is
  // queued.
  shut(State::kClosed, {}, side == Side::kSender ? Queued::kKept : Queued::kDropped);
  // Nothing is queued any more, and nothing will be.
  if (side == Side::kReceiver && losses_) report(Letter(), Loss::kNone);
}

void Channel::look_around(Side side) {
  const auto locked = lock();
  waiting(side).for_each([](Case& one) { one.waiter->look_around(); });
}

bool Channel::disarm(Case& own) {
  // Always takes the lock, also for a case that a waker has unlinked: that waker may still be about
  // to unpark the waiter, or to move a message into the case.
  {
    const auto locked = lock();
    if (!own.linked) return false;
    waiting(own.side).unlink(own);
  }
  make_way(own.side);
  return true;
}

void Channel::pass_on(Side side) {
  if (can_go_on(side, 0)) wake(side);
}

size_t Channel::try_send_words(uint8_t, std::span<const uint64_t>, Status* status) {
  *status = Status::kDone;
  return 0;
}

size_t Channel::try_receive_words(uint8_t, std::span<uint64_t>, Status* status) {
  *status = Status::kDone;
  return 0;
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
  if (queued == Queued::kDropped) discard(poisoned() ? Loss::kPoisoned : Loss::kClosed);

  const auto locked = lock();
  waiting(Side::kSender).wake_all();
  waiting(Side::kReceiver).wake_all();
}

void Channel::lose(Parcel&& message, Loss loss) {
  Parcel lost = std::move(message);
  if (!losses_) return;
  Letter letter;
  letter.body = std::move(lost);
  report(std::move(letter), loss);
}

void Channel::report(Letter&& letter, Loss loss) const {
  const std::shared_ptr<Party> party = Party::registry().find(losses_->party);
  if (party == nullptr) return;
  letter.type = losses_->letter_type;
  letter.id = id_ * 4 + static_cast<uint64_t>(loss);
  (void)party->post(std::move(letter));  // if it has ended, nobody is left who would want to know
}

Reason Channel::reason() const {
  const auto locked = lock();
  return reason_;
}

}  // namespace isolane

#include "node_guest.h"

#include <cstdlib>
#include <thread>
#include <utility>

#include "../core/spin.h"
#include "../core/watchdog.h"
#include "arguments.h"
#include "node_realm.h"

namespace isolane {

using v8::Isolate;

namespace {

// Raised by this much once, the heap has room to unwind after termination was asked for.
constexpr size_t kHeapReserve = size_t{4} << 30;

// Threads of guests that were written off and have not come back.
std::atomic<int> left_behind{0};

// The guest of this thread's environment: V8's callbacks about calls have no data of their own.
thread_local NodeGuest* here = nullptr;

void call_entered(Isolate*) {
  if (here != nullptr) here->set_state(NodeGuest::State::kRunning);
}

void call_completed(Isolate*) {
  if (here != nullptr) here->set_state(NodeGuest::State::kIdle);
}

}  // namespace

Registry<NodeGuest>& NodeGuest::registry() {
  static auto* const leaked = new Registry<NodeGuest>(0);
  return *leaked;
}

bool NodeGuest::any_left_behind() { return left_behind.load(std::memory_order_acquire) != 0; }

NodeGuest::NodeGuest(node::Environment* environment, Realm& realm, std::string name,
                     uint64_t parent)
    : environment_(environment),
      realm_(realm),
      isolate_(realm.isolate()),
      party_(realm.party()),
      waiter_(realm.waiter()),
      name_(std::move(name)),
      parent_(parent),
      code_(*this, isolate_, waiter_) {}

void NodeGuest::begin() {
  {
    const std::lock_guard lock(mutex_);
    alive_ = true;
    correspondents_.add(parent_);
  }
  here = this;
  isolate_->AddBeforeCallEnteredCallback(call_entered);
  isolate_->AddCallCompletedCallback(call_completed);
  // The last one added is asked first: Node's own, which ends a Worker, leaves too little room to
  // unwind in, and the process would end for want of it.
  isolate_->AddNearHeapLimitCallback(near_heap_limit, this);
  isolate_->AddGCPrologueCallback(before_collection, this);
  isolate_->SetOOMErrorHandler(out_of_memory);
}

bool NodeGuest::post(Letter&& letter) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    correspondents_.add(letter.from);
  }
  // Should the party have closed meanwhile, the end that its sender is told of is the answer.
  (void)party_->post(std::move(letter));
  return true;
}

bool NodeGuest::terminate(EndCause cause, Reason reason) {
  const std::lock_guard lock(mutex_);
  if (!alive_ || ending_.exchange(true, std::memory_order_acq_rel)) return false;
  cause_ = cause;
  reason_ = std::move(reason);
  node::Stop(environment_);
  waiter_.interrupt();
  Watchdog::at(Clock::now() + kGrace, if_alive(*this, [this] { supervise_end(); }));
  return true;
}

void NodeGuest::supervise_end() {
  if (condemned_.exchange(true, std::memory_order_acq_rel)) {
    write_off();
    return;
  }
  Watchdog::at(Clock::now() + kGrace, if_alive(*this, [this] { supervise_end(); }));
}

void NodeGuest::write_off() {
  {
    const std::lock_guard lock(mutex_);
    if (!alive_ || std::exchange(written_off_, true)) return;
    left_behind.fetch_add(1, std::memory_order_release);
    realm_.give_up();
  }
  announce_end();
}

// Some loops never look whether they should stop, but collect garbage: their thread stays here for
// good, as it does when there is no memory to go on with.
void NodeGuest::park() {
  write_off();
  PausedParty paused;
  for (;;) std::this_thread::sleep_for(std::chrono::hours(24));
}

void NodeGuest::explain_end(Reason reason) {
  const std::lock_guard lock(mutex_);
  if (cause_ != EndCause::kClosed) return;
  cause_ = EndCause::kTerminated;
  reason_ = std::move(reason);
}

std::optional<Ending> NodeGuest::how_it_ends() {
  const std::lock_guard lock(mutex_);
  if (!ended_ && !ending()) return std::nullopt;
  return Ending{cause_, reason_};
}

void NodeGuest::let_go() {
  code_.close();
  const std::lock_guard lock(mutex_);
  alive_ = false;
  if (written_off_) left_behind.fetch_sub(1, std::memory_order_release);
  isolate_->RemoveGCPrologueCallback(before_collection, this);
  isolate_->RemoveNearHeapLimitCallback(near_heap_limit, 0);
  isolate_->RemoveCallCompletedCallback(call_completed);
  isolate_->RemoveBeforeCallEnteredCallback(call_entered);
  here = nullptr;
  set_state(State::kClosed);
}

void NodeGuest::announce_end() {
  std::vector<uint64_t> correspondents;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    keep_ending(id(), {cause_, reason_});
    correspondents = correspondents_.take();
  }
  registry().remove(id());
  tell_end(id(), {cause_, reason_}, correspondents);
}

size_t NodeGuest::near_heap_limit(void* data, size_t current, size_t) {
  auto* self = static_cast<NodeGuest*>(data);
  if (std::exchange(self->heap_was_raised_, true)) self->park();
  self->terminate(EndCause::kMemoryLimit);
  return current + kHeapReserve;
}

void NodeGuest::before_collection(Isolate*, v8::GCType, v8::GCCallbackFlags, void* data) {
  auto* self = static_cast<NodeGuest*>(data);
  // Not while Node takes its environment down, however long that takes.
  const bool in_code = self->state() == State::kRunning;
  if (in_code && self->condemned_.load(std::memory_order_acquire)) self->park();
}

// The engine ends the process when this returns.
void NodeGuest::out_of_memory(const char*, const v8::OOMDetails&) {
  if (here == nullptr) return;
  here->terminate(EndCause::kMemoryLimit);
  here->park();
}

namespace {

NodeRealm& realm_of(Arguments args) { return static_cast<NodeRealm&>(Realm::of(args)); }

void become_guest(Arguments args) {
  Isolate* isolate = args.GetIsolate();
  realm_of(args).become_guest(text(isolate, args[0]), id_of(args[1]));
  args.This()->Set(isolate->GetCurrentContext(), literal(isolate, "partyName"), args[0]).Check();
}

void explain_end(Arguments args) {
  NodeRealm& realm = realm_of(args);
  if (NodeGuest* guest = realm.guest()) guest->explain_end(encode_reason(realm, args[0]));
}

void end_call(Arguments args) {
  if (NodeGuest* guest = realm_of(args).guest()) guest->code().calls().end(id_of(args[0]));
}

void any_left_behind(Arguments args) { args.GetReturnValue().Set(NodeGuest::any_left_behind()); }

void end_process(Arguments args) { std::_Exit(static_cast<int>(number(args[0]))); }

}  // namespace

const std::vector<NamedFunction>& node_guest_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"becomeGuest", become_guest},      {"explainEnd", explain_end}, {"endCall", end_call},
      {"anyLeftBehind", any_left_behind}, {"endProcess", end_process},
  };
  return *functions;
}

}  // namespace isolane

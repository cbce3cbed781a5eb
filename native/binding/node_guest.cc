#include "node_guest.h"

#include <algorithm>
#include <utility>

#include "arguments.h"
#include "node_realm.h"

namespace isolane {

using v8::FunctionCallbackInfo;
using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

// Raised by this much once, the heap has room to unwind after termination was asked for.
constexpr size_t kHeapReserve = size_t{4} << 30;

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

NodeGuest::NodeGuest(node::Environment* environment, Isolate* isolate, std::shared_ptr<Party> party,
                     ThreadWaiter& waiter, std::string name, uint64_t parent)
    : environment_(environment),
      isolate_(isolate),
      party_(std::move(party)),
      waiter_(waiter),
      name_(std::move(name)),
      parent_(parent),
      calls_(*this, isolate, waiter) {}

void NodeGuest::begin() {
  {
    const std::lock_guard lock(mutex_);
    alive_ = true;
    correspondents_.push_back(parent_);
  }
  here = this;
  isolate_->AddBeforeCallEnteredCallback(call_entered);
  isolate_->AddCallCompletedCallback(call_completed);
  // The last one added is asked first: Node's own, which ends a Worker, leaves too little room to
  // unwind in, and the process would end for want of it.
  isolate_->AddNearHeapLimitCallback(near_heap_limit, this);
}

bool NodeGuest::post(Letter&& letter) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    if (std::find(correspondents_.begin(), correspondents_.end(), letter.from) ==
        correspondents_.end()) {
      correspondents_.push_back(letter.from);
    }
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
  return true;
}

void NodeGuest::explain_end(Reason reason) {
  const std::lock_guard lock(mutex_);
  if (cause_ != EndCause::kClosed) return;
  cause_ = EndCause::kTerminated;
  reason_ = std::move(reason);
}

void NodeGuest::let_go() {
  calls_.clear();
  const std::lock_guard lock(mutex_);
  alive_ = false;
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
    correspondents.swap(correspondents_);
  }
  registry().remove(id());
  for (uint64_t party : correspondents) {
    std::shared_ptr<Party> told = Party::registry().find(party);
    if (told == nullptr) continue;
    Letter letter;
    letter.from = id();
    letter.type = static_cast<uint32_t>(NativeLetter::kEnded);
    letter.id = static_cast<uint64_t>(cause_);
    letter.body = reason_parcel(reason_);
    told->post(std::move(letter));
  }
}

size_t NodeGuest::near_heap_limit(void* data, size_t current, size_t) {
  static_cast<NodeGuest*>(data)->terminate(EndCause::kMemoryLimit);
  return current + kHeapReserve;
}

namespace {

using Arguments = const FunctionCallbackInfo<Value>&;

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
  if (NodeGuest* guest = realm_of(args).guest()) guest->calls().end(id_of(args[0]));
}

}  // namespace

const std::vector<NamedFunction>& node_guest_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"becomeGuest", become_guest},
      {"explainEnd", explain_end},
      {"endCall", end_call},
  };
  return *functions;
}

}  // namespace isolane

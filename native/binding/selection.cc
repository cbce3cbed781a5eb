#include "selection.h"

#include <utility>

#include "../value/decode.h"
#include "class_template.h"
#include "endpoint_object.h"
#include "packed.h"
#include "realm.h"

namespace isolane {

using v8::Isolate;
using v8::Local;
using v8::Value;

namespace {

constexpr size_t kNone = SIZE_MAX;

}  // namespace

Selection::Selection(Realm& realm, Local<v8::Object> handle, std::vector<Branch>&& branches)
    : Wrapped(realm, handle), branches_(std::move(branches)) {}

Selection::~Selection() {
  if (armed_) withdraw();
}

int32_t Selection::arm_all(Waiter& waiter) {
  waiter.reset();
  for (Branch& branch : branches_) {
    Case& own = branch.own;
    own.waiter = &waiter;
    own.side = branch.side;
    branch.woken = false;
    if (branch.skipped) continue;
    if (branch.message != nullptr) {
      own.weight = branch.message->weight();
      if (is_rendezvous_sender(branch)) own.parcel = branch.message->take();
    }
    branch.armed = true;
    const Status status = branch.channel->arm(own);
    if (status == Status::kWouldBlock) continue;
    // It has happened, or can be done now.
    return disarm_all(waiter);
  }
  return kWaits;
}

int32_t Selection::disarm_all(const Waiter& waiter) {
  int32_t outcome = kTryAgain;
  for (size_t i = 0; i < branches_.size(); ++i) {
    Branch& branch = branches_[i];
    if (!std::exchange(branch.armed, false)) continue;
    const bool was_linked = branch.channel->disarm(branch.own);
    const bool happened = waiter.selected() == reinterpret_cast<uintptr_t>(&branch.own);
    branch.woken = !was_linked && !happened;
    if (happened) {
      outcome = static_cast<int32_t>(i);
      if (branch.message != nullptr) branch.message->commit();
    } else if (is_rendezvous_sender(branch)) {
      branch.message->put_back(std::move(branch.own.parcel));
    }
  }
  return outcome;
}

int32_t Selection::wait(double timeout_ms) {
  int32_t outcome = kTryAgain;
  ThreadWaiter& waiter = realm().waiter();
  const Status status = realm().block_in_select(deadline_after_ms(timeout_ms), [&](Deadline until) {
    outcome = arm_all(waiter);
    if (outcome != kWaits) return Status::kDone;
    const uintptr_t selected = waiter.park_until(until);
    outcome = disarm_all(waiter);
    if (outcome != kTryAgain) return Status::kDone;
    if (waiter.interrupted()) {
      pass_on_all_but(kNone);
      return Status::kInterrupted;
    }
    return selected == Waiter::kAborted ? Status::kTimedOut : Status::kDone;
  });
  if (status == Status::kTimedOut) return kTimedOut;
  return status == Status::kInterrupted ? kInterrupted : outcome;
}

int32_t Selection::arm() {
  if (waiter_ == nullptr)
    waiter_ = std::make_unique<LoopWaiter>(realm().party(), static_cast<Wrapped*>(this));
  const int32_t outcome = arm_all(*waiter_);
  if (outcome == kWaits) {
    armed_.store(true, std::memory_order_release);
    hold();
    for (Branch& branch : branches_) branch.use->begin_waiting(branch.side);
  }
  return outcome;
}

int32_t Selection::settle() {
  if (!armed_) return kTryAgain;
  armed_.store(false, std::memory_order_relaxed);
  let_go();
  const int32_t outcome = disarm_all(*waiter_);
  for (Branch& branch : branches_) branch.use->end_waiting(branch.side);
  return outcome;
}

int32_t Selection::withdraw() {
  if (!armed_) return kTryAgain;
  waiter_->try_select(Waiter::kAborted);
  const int32_t outcome = settle();
  if (outcome == kTryAgain) pass_on_all_but(kNone);
  return outcome;
}

void Selection::choose(size_t index) { pass_on_all_but(index); }

void Selection::pass_on_all_but(size_t index) {
  for (size_t i = 0; i < branches_.size(); ++i) {
    if (std::exchange(branches_[i].woken, false) && i != index) {
      branches_[i].channel->pass_on(branches_[i].side);
    }
  }
}

void Selection::drop_contents() {
  armed_.store(false, std::memory_order_relaxed);  // abandoned before
  branches_.clear();
  waiter_.reset();
}

void Selection::look_around() {
  for (Branch& branch : branches_) branch.use->look();
}

void Selection::abandon() {
  // The thread that owns this may come back in the middle of it: nothing here is taken away from it
  // that it could be using.
  if (!armed_.load(std::memory_order_acquire)) return;
  waiter_->try_select(Waiter::kAborted);
  const bool retry = waiter_->selected() == Waiter::kRetry;
  for (Branch& branch : branches_) {
    branch.channel->disarm(branch.own);
    if (retry) branch.channel->pass_on(branch.side);
  }
}

namespace {

Selection& self(Arguments args) { return *static_cast<Selection*>(Wrapped::behind(args.This())); }

size_t index_of(Local<Value> value) { return value.As<v8::Uint32>()->Value(); }

bool read_branch(Realm& realm, Local<Value> end, Local<Value> message, Selection::Branch* branch) {
  Endpoint* endpoint = end->IsObject() ? realm.endpoint_of(end.As<v8::Object>()) : nullptr;
  if (endpoint == nullptr) return false;
  branch->channel = Ref<Channel>(endpoint->channel());
  branch->use = realm.uses().of(*endpoint->channel());
  branch->side = endpoint->side();
  if (branch->side == Side::kReceiver) return true;
  if (!realm.is_packed(message)) return false;
  branch->message = static_cast<PackedMessage*>(Wrapped::behind(message.As<v8::Object>()));
  return true;
}

void construct(Arguments args) {
  Realm& realm = Realm::of(args);
  Local<v8::Context> context = realm.context();
  if (!args.IsConstructCall() || !args[0]->IsArray() || !args[1]->IsArray()) {
    return refuse_construction(args);
  }
  Local<v8::Array> ends = args[0].As<v8::Array>();
  Local<v8::Array> messages = args[1].As<v8::Array>();
  std::vector<Selection::Branch> branches(ends->Length());
  for (uint32_t i = 0; i < ends->Length(); ++i) {
    Local<Value> end;
    Local<Value> message;
    if (!ends->Get(context, i).ToLocal(&end) || !messages->Get(context, i).ToLocal(&message)) {
      return;
    }
    if (!read_branch(realm, end, message, &branches[i])) return refuse_construction(args);
  }
  Wrapped::make<Selection>(realm, args.This(), std::move(branches));
}

void on_wait(Arguments args) {
  args.GetReturnValue().Set(self(args).wait(args[0].As<v8::Number>()->Value()));
}

void on_arm(Arguments args) { args.GetReturnValue().Set(self(args).arm()); }

void on_settle(Arguments args) { args.GetReturnValue().Set(self(args).settle()); }

void on_withdraw(Arguments args) { args.GetReturnValue().Set(self(args).withdraw()); }

void on_take(Arguments args) {
  Selection& selection = self(args);
  Local<Value> value;
  if (decode(selection.realm(), selection.take(index_of(args[0]))).ToLocal(&value)) {
    args.GetReturnValue().Set(value);
  }
}

void on_skip(Arguments args) { self(args).skip(index_of(args[0]), args[1]->IsTrue()); }

void on_choose(Arguments args) { self(args).choose(index_of(args[0])); }

}  // namespace

Local<v8::FunctionTemplate> Selection::make_template(Isolate* isolate, Local<Value> data) {
  Local<v8::FunctionTemplate> made = class_template(isolate, data, "NativeSelection", construct, 1);
  const auto add = [&](const char* name, v8::FunctionCallback call) {
    add_method(isolate, made, name, call);
  };
  add("nativeSkip", on_skip);
  add("nativeWait", on_wait);
  add("nativeArm", on_arm);
  add("nativeSettle", on_settle);
  add("nativeWithdraw", on_withdraw);
  add("nativeTake", on_take);
  add("nativeChoose", on_choose);
  return made;
}

}  // namespace isolane

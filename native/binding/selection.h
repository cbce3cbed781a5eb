// The native half of a select: waits in several channels at once.
#pragma once

#include <v8.h>

#include <atomic>
#include <memory>
#include <vector>

#include "../core/channel.h"
#include "../core/party.h"
#include "channel_uses.h"
#include "wrapped.h"

namespace isolane {

class PackedMessage;

// What is ready at once is chosen in JavaScript, which tries one branch after the other
// (src/channel/select.ts). When none is ready it waits here, and then either finds that a branch
// has happened (a rendezvous, committed by the other side), or tries all of them again.
class Selection final : public Wrapped {
 public:
  // Besides the index of a branch that has happened.
  enum Outcome : int32_t {
    kTryAgain = -1,
    kTimedOut = -2,
    kInterrupted = -3,
    kWaits = -4,  // in the event loop: `onReady` will be called
  };

  struct Branch {
    Ref<Channel> channel;
    ChannelUses::Reference use;
    Side side = Side::kReceiver;
    // What a sender offers; kept by the JavaScript object.
    PackedMessage* message = nullptr;
    Case own{};
    bool armed = false;
    // Not to be armed now: others of its handle come first.
    bool skipped = false;
    // Woken for what it may not do after all, so that another has to be woken in its place.
    bool woken = false;
  };

  Selection(Realm& realm, v8::Local<v8::Object> handle, std::vector<Branch>&& branches);
  ~Selection() override;

  static v8::Local<v8::FunctionTemplate> make_template(v8::Isolate* isolate,
                                                       v8::Local<v8::Value> data);

  void skip(size_t index, bool skipped) { branches_[index].skipped = skipped; }
  // Blocks the thread. An index, or anything but kWaits.
  int32_t wait(double timeout_ms);
  // Waits in the event loop. An index, kTryAgain or kWaits.
  int32_t arm();
  // Afterwards, be it ready or not: an index or kTryAgain.
  int32_t settle();
  // Gives up, unless a branch has happened: an index or kTryAgain.
  int32_t withdraw();
  // The message that a branch has received.
  Parcel take(size_t index) { return std::move(branches_[index].own.parcel); }
  // Says which branch was chosen in the end: others that were woken wake somebody else.
  void choose(size_t index);

  void abandon() override;
  void drop_contents() override;
  void look_around() override;

 private:
  bool is_rendezvous_sender(const Branch& branch) const {
    return branch.side == Side::kSender && branch.channel->capacity() == 0;
  }
  int32_t arm_all(Waiter& waiter);
  // The index of the branch that has happened, or kTryAgain.
  int32_t disarm_all(const Waiter& waiter);
  void pass_on_all_but(size_t index);

  std::vector<Branch> branches_;
  std::unique_ptr<LoopWaiter> waiter_;
  std::atomic<bool> armed_{false};  // in the event loop
};

}  // namespace isolane

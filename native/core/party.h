#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "parcel.h"
#include "registry.h"
#include "waiter.h"

namespace isolane {

// What one party writes to another, outside of channels. Its type and id belong to the layers
// above.
struct Letter {
  uint64_t from = 0;
  uint32_t type = 0;
  uint64_t id = 0;
  Parcel body;
};

class LoopWaiter;

// An event loop that takes part: a Node environment's, or an interpreter's own. It has a mailbox,
// and a list of those of its waiters that have been selected.
//
// Other threads post letters and report waiters; the loop is woken when something comes into an
// empty mailbox or an empty list, and then takes everything out of both.
class Party : public std::enable_shared_from_this<Party> {
 public:
  // Ids count from 0.
  static Registry<Party>& registry();

  Party(const Party&) = delete;
  Party& operator=(const Party&) = delete;
  virtual ~Party();

  uint64_t id() const { return id_; }

  // Any thread. False if the party has closed; the letter is then untouched.
  bool post(Letter&& letter);
  // Any thread, also with a channel's lock held. Puts the waiter on the list, once.
  void ready(LoopWaiter& waiter);

  // The rest is for the loop's own thread.

  bool take_letter(Letter& letter);
  // The first one whose type is from `first` to `last`, wherever it stands.
  bool take_letter(Letter& letter, uint32_t first, uint32_t last);
  // nullptr if there is none.
  LoopWaiter* take_ready();
  // Whether there is anything to take: a letter or a waiter.
  bool has_mail() const;

  // What is queued is dropped, and post() fails from now on.
  void close();
  bool closed() const;

 protected:
  Party();

  // Makes the loop take what has come. Any thread, be it with a channel's lock held: must not
  // block. It may still be called after close(). Without the party's lock, which the loop would
  // want at once, and would have to sleep for.
  virtual void wake() = 0;

 private:
  friend class LoopWaiter;
  void forget(LoopWaiter& waiter);
  void unlink(LoopWaiter& waiter);

  const uint64_t id_;
  // Taken inside channels' locks; nothing else is ever locked inside it.
  mutable std::mutex mutex_;
  bool closed_ = false;
  std::deque<Letter> mail_;
  LoopWaiter* first_ready_ = nullptr;
  LoopWaiter* last_ready_ = nullptr;
};

// Makes a P, which derives from Party, and enters it into the registry (which a constructor cannot
// do, for want of a shared_ptr to it).
template <class P, class... Arguments>
std::shared_ptr<P> make_party(Arguments&&... arguments) {
  auto party = std::make_shared<P>(std::forward<Arguments>(arguments)...);
  Party::registry().add(party->id(), party);
  return party;
}

// A waiter of an event loop: when it is selected it appears in its party's list of ready waiters.
//
// Must be disarmed in every channel before it is destroyed; destroying it takes it off the list.
class LoopWaiter : public Waiter {
 public:
  LoopWaiter(std::shared_ptr<Party> party, void* owner);
  ~LoopWaiter() override;

  // Whatever the loop wants to find again when the waiter is ready.
  void* owner() const { return owner_; }

  void unpark() noexcept override { party_->ready(*this); }
  // Its loop finds it ready, and that it has not been selected.
  void look_around() noexcept override { party_->ready(*this); }

 private:
  friend class Party;

  const std::shared_ptr<Party> party_;
  void* const owner_;
  // The list of ready waiters, guarded by the party's lock.
  LoopWaiter* prev_ready_ = nullptr;
  LoopWaiter* next_ready_ = nullptr;
  bool is_ready_ = false;
};

}  // namespace isolane

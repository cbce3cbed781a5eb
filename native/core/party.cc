#include "party.h"

#include <algorithm>

namespace isolane {

Registry<Party>& Party::registry() {
  static auto* const leaked = new Registry<Party>(0);
  return *leaked;
}

Party::Party() : id_(registry().next_id()) {}

Party::~Party() { registry().remove(id_); }

bool Party::post(Letter&& letter) {
  bool was_empty;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    was_empty = mail_.empty();
    mail_.push_back(std::move(letter));
  }
  if (was_empty) wake();
  return true;
}

void Party::ready(LoopWaiter& waiter) {
  bool was_empty;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiter.is_ready_) return;
    waiter.is_ready_ = true;
    was_empty = first_ready_ == nullptr;
    waiter.prev_ready_ = last_ready_;
    waiter.next_ready_ = nullptr;
    (was_empty ? first_ready_ : last_ready_->next_ready_) = &waiter;
    last_ready_ = &waiter;
  }
  if (was_empty) wake();
}

bool Party::take_letter(Letter& letter, uint32_t first, uint32_t last) {
  Letter taken;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(mail_.begin(), mail_.end(), [&](const Letter& each) {
      return each.type >= first && each.type <= last;
    });
    if (found == mail_.end()) return false;
    taken = std::move(*found);
    mail_.erase(found);
  }
  letter = std::move(taken);
  return true;
}

bool Party::take_letter(Letter& letter) {
  Letter taken;  // what `letter` held is freed without the lock
  {
    const std::lock_guard lock(mutex_);
    if (mail_.empty()) return false;
    taken = std::move(mail_.front());
    mail_.pop_front();
  }
  letter = std::move(taken);
  return true;
}

LoopWaiter* Party::take_ready() {
  const std::lock_guard lock(mutex_);
  LoopWaiter* const taken = first_ready_;
  if (taken != nullptr) unlink(*taken);
  return taken;
}

bool Party::has_mail() const {
  const std::lock_guard lock(mutex_);
  return !mail_.empty() || first_ready_ != nullptr;
}

void Party::close() {
  std::deque<Letter> dropped;  // freed without the lock: letters may hold endpoints
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(mail_);
  while (first_ready_ != nullptr) unlink(*first_ready_);
}

bool Party::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

void Party::forget(LoopWaiter& waiter) {
  const std::lock_guard lock(mutex_);
  if (waiter.is_ready_) unlink(waiter);
}

void Party::unlink(LoopWaiter& waiter) {
  (waiter.prev_ready_ == nullptr ? first_ready_ : waiter.prev_ready_->next_ready_) =
      waiter.next_ready_;
  (waiter.next_ready_ == nullptr ? last_ready_ : waiter.next_ready_->prev_ready_) =
      waiter.prev_ready_;
  waiter.is_ready_ = false;
}

LoopWaiter::LoopWaiter(std::shared_ptr<Party> party, void* owner)
    : party_(std::move(party)), owner_(owner) {}

LoopWaiter::~LoopWaiter() { party_->forget(*this); }

}  // namespace isolane

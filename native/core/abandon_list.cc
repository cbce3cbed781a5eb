#include "abandon_list.h"

namespace isolane {

void AbandonList::add(Abandonable* one) {
  const std::lock_guard lock(mutex_);
  one->next_ = first_;
  if (first_ != nullptr) first_->previous_ = one;
  first_ = one;
}

void AbandonList::remove(Abandonable* one) {
  const std::lock_guard lock(mutex_);
  unlink(one);
}

Abandonable* AbandonList::take() {
  const std::lock_guard lock(mutex_);
  Abandonable* const one = first_;
  if (one != nullptr) unlink(one);
  return one;
}

void AbandonList::abandon() {
  const std::lock_guard lock(mutex_);
  for (Abandonable* one = first_; one != nullptr; one = one->next_) one->abandon();
}

void AbandonList::unlink(Abandonable* one) {
  (one->previous_ == nullptr ? first_ : one->previous_->next_) = one->next_;
  if (one->next_ != nullptr) one->next_->previous_ = one->previous_;
  one->previous_ = one->next_ = nullptr;
}

}  // namespace isolane

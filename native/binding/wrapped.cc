#include "wrapped.h"

#include "realm.h"

namespace isolane {

Wrapped::Wrapped(Realm& realm, v8::Local<v8::Object> handle)
    : realm_(realm), handle_(realm.isolate(), handle), list_(&realm.wrapped()) {
  compat::set_aligned_pointer(handle, 0, this);
  list_->add(this);
  let_go();
}

Wrapped::~Wrapped() {
  if (list_ != nullptr) list_->remove(this);
  if (handle_.IsEmpty()) return;
  // The realm ends before the object does: the object must not lead here any more.
  v8::HandleScope scope(realm_.isolate());
  compat::set_aligned_pointer(handle_.Get(realm_.isolate()), 0, nullptr);
}

void Wrapped::hold() { handle_.ClearWeak(); }

void Wrapped::let_go() { handle_.SetWeak(this, collected, v8::WeakCallbackType::kParameter); }

void Wrapped::collected(const v8::WeakCallbackInfo<Wrapped>& info) {
  info.GetParameter()->handle_.Reset();
  // Destructors close endpoints and wake others, which the first pass must not do.
  info.SetSecondPassCallback(
      [](const v8::WeakCallbackInfo<Wrapped>& second) { delete second.GetParameter(); });
}

void WrappedList::add(Wrapped* wrapped) {
  std::lock_guard<std::mutex> guard(mutex_);
  wrapped->next_ = first_;
  if (first_ != nullptr) first_->previous_ = wrapped;
  first_ = wrapped;
}

void WrappedList::remove(Wrapped* wrapped) {
  std::lock_guard<std::mutex> guard(mutex_);
  if (wrapped->previous_ != nullptr) {
    wrapped->previous_->next_ = wrapped->next_;
  } else {
    first_ = wrapped->next_;
  }
  if (wrapped->next_ != nullptr) wrapped->next_->previous_ = wrapped->previous_;
}

void WrappedList::abandon() {
  std::lock_guard<std::mutex> guard(mutex_);
  for (Wrapped* one = first_; one != nullptr; one = one->next_) one->abandon();
}

void WrappedList::clear() {
  while (first_ != nullptr) {
    Wrapped* one = first_;
    if (one->handle_.IsEmpty()) {
      // Collected: V8 still holds on to it, and calls once more to have it freed.
      one->abandon();
      remove(one);
      one->list_ = nullptr;
    } else {
      delete one;
    }
  }
}

}  // namespace isolane

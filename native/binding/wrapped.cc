#include "wrapped.h"

#include "realm.h"

namespace isolane {

Wrapped::Wrapped(Realm& realm, v8::Local<v8::Object> handle)
    : realm_(realm), handle_(realm.isolate(), handle) {
  compat::set_aligned_pointer(handle, 0, this);
  let_go();
}

Wrapped::~Wrapped() {
  if (handle_.IsEmpty()) return;
  // The realm ends before the object does: the object must not lead here any more.
  v8::HandleScope scope(realm_.isolate());
  compat::set_aligned_pointer(handle_.Get(realm_.isolate()), 0, nullptr);
}

void Wrapped::enter(Wrapped* made) {
  made->is_listed_ = true;
  made->realm_.wrapped().objects_.add(made);
}

void Wrapped::hold() { handle_.ClearWeak(); }

void Wrapped::let_go() { handle_.SetWeak(this, collected, v8::WeakCallbackType::kParameter); }

void Wrapped::collected(const v8::WeakCallbackInfo<Wrapped>& info) {
  info.GetParameter()->handle_.Reset();
  // Destructors close endpoints and wake others, which the first pass must not do.
  info.SetSecondPassCallback([](const v8::WeakCallbackInfo<Wrapped>& second) {
    Wrapped* const one = second.GetParameter();
    if (one->is_listed_) one->realm_.wrapped().objects_.remove(one);
    delete one;
  });
}

void WrappedList::clear() {
  while (Abandonable* taken = objects_.take()) {
    auto* one = static_cast<Wrapped*>(taken);
    if (one->handle_.IsEmpty()) {
      // Collected: V8 still holds on to it, and calls once more, when the realm may be gone, to
      // have it freed; or never, if its isolate ends before.
      one->is_listed_ = false;
      one->abandon();
      one->drop_contents();
    } else {
      delete one;
    }
  }
}

}  // namespace isolane

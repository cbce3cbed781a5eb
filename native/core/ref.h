#pragma once

#include <utility>

namespace isolane {

// A counted reference to a T, which counts itself: T::retain() and T::release(), the latter freeing
// it with the last reference. One Ref belongs to one thread at a time; different Refs to the same
// object may be used from any threads.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->retain();
  }
  // Takes over a reference that is already counted.
  static Ref adopt(T* counted) {
    Ref ref;
    ref.object_ = counted;
    return ref;
  }

  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->release();
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }
  friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }

 private:
  T* object_ = nullptr;
};

}  // namespace isolane

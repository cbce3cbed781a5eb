// A native object that belongs to a JavaScript object.
#pragma once

#include <v8.h>

#include <utility>

#include "../core/abandon_list.h"
#include "../value/v8_compat.h"

namespace isolane {

class Realm;
class WrappedList;

// Lives as long as its JavaScript object, or until its realm ends, whichever comes first. Only on
// the thread that runs in the realm's isolate, but for abandon().
class Wrapped : public Abandonable {
 public:
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;

  // Makes a T, which derives from this class, for `handle`, which frees it.
  template <class T, class... Arguments>
  static void make(Realm& realm, v8::Local<v8::Object> handle, Arguments&&... arguments) {
    enter(new T(realm, handle, std::forward<Arguments>(arguments)...));
  }

  // What stands in internal field 0 of `handle`; which class it is, its template tells.
  static Wrapped* behind(v8::Local<v8::Object> handle) {
    return static_cast<Wrapped*>(compat::aligned_pointer(handle, 0));
  }

  // Gives up all that it holds, but for what frees itself: V8 may never come to free the rest.
  virtual void drop_contents() {}
  // Its waiter has not been selected, but somebody of the other side has gone.
  virtual void look_around() {}

  Realm& realm() const { return realm_; }
  // Empty once the JavaScript object has been collected.
  v8::Local<v8::Object> handle(v8::Isolate* isolate) const { return handle_.Get(isolate); }

 protected:
  Wrapped(Realm& realm, v8::Local<v8::Object> handle);
  virtual ~Wrapped();

  // While held, the JavaScript object is not collected.
  void hold();
  void let_go();

 private:
  friend class WrappedList;
  static void enter(Wrapped* made);
  static void collected(const v8::WeakCallbackInfo<Wrapped>& info);

  Realm& realm_;
  v8::Global<v8::Object> handle_;
  // Whether the realm's list has it: not before it is made as a whole, nor from the moment in which
  // it begins to go.
  bool is_listed_ = false;
};

// All that a realm has to free at its end.
class WrappedList {
 public:
  void clear();                           // frees them
  void abandon() { objects_.abandon(); }  // abandons them; any thread

 private:
  friend class Wrapped;
  AbandonList objects_;
};

}  // namespace isolane

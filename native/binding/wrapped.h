// A native object that belongs to a JavaScript object.
#pragma once

#include <v8.h>

#include <mutex>

#include "../value/v8_compat.h"

namespace isolane {

class Realm;
class WrappedList;

// Lives as long as its JavaScript object, or until its realm ends, whichever comes first. Only on
// the thread that runs in the realm's isolate.
class Wrapped {
 public:
  Wrapped(Realm& realm, v8::Local<v8::Object> handle);
  virtual ~Wrapped();
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;

  // Gives up what others may wait for, without touching the engine. Any thread.
  virtual void abandon() {}

  // What stands in internal field 0 of `handle`; which class it is, its template tells.
  static Wrapped* behind(v8::Local<v8::Object> handle) {
    return static_cast<Wrapped*>(compat::aligned_pointer(handle, 0));
  }

  Realm& realm() const { return realm_; }
  // Empty once the JavaScript object has been collected.
  v8::Local<v8::Object> handle(v8::Isolate* isolate) const { return handle_.Get(isolate); }

 protected:
  // While held, the JavaScript object is not collected.
  void hold();
  void let_go();

 private:
  friend class WrappedList;
  static void collected(const v8::WeakCallbackInfo<Wrapped>& info);

  Realm& realm_;
  v8::Global<v8::Object> handle_;
  // Null between the end of the realm and the second of V8's two calls for a collected object.
  WrappedList* list_;
  Wrapped* previous_ = nullptr;
  Wrapped* next_ = nullptr;
};

// All that a realm has to free at its end.
class WrappedList {
 public:
  void add(Wrapped* wrapped);
  void remove(Wrapped* wrapped);
  void clear();    // frees them
  void abandon();  // abandons them; any thread

 private:
  // Held while the list is walked or changed: at its end it may be abandoned by another thread.
  std::mutex mutex_;
  Wrapped* first_ = nullptr;
};

}  // namespace isolane

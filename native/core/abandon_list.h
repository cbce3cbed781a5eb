// What a thread has that others may wait for, and which is given up for it if it never comes back.
#pragma once

#include <mutex>

namespace isolane {

class Abandonable {
 public:
  // Gives up what others may wait for. Any thread, also while the owner's is in the middle of it.
  virtual void abandon() = 0;

 protected:
  Abandonable() = default;
  ~Abandonable() = default;

 private:
  friend class AbandonList;
  Abandonable* previous_ = nullptr;
  Abandonable* next_ = nullptr;
};

// All that one thread has of them. An object enters once it has been made as a whole, and is out
// before any of it goes: so abandon() never meets half of one.
class AbandonList {
 public:
  // The owner's thread.
  void add(Abandonable* one);
  void remove(Abandonable* one);
  // Takes out one of them; null if there is none.
  Abandonable* take();

  // Any thread. Abandons all that are in it.
  void abandon();

 private:
  void unlink(Abandonable* one);  // mutex_ held

  std::mutex mutex_;
  Abandonable* first_ = nullptr;  // guarded by mutex_, as are the links
};

}  // namespace isolane

// Whether what waits in channels can still be completed by somebody else.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>
#include <utility>

#include "../core/channel.h"

namespace isolane {

class ChannelUses;

// What one realm has of one channel: how many of its open handles, and how many operations that
// wait in the event loop. While there are some of those and another party has a handle of the other
// side (or a message that is under way has), the realm has something to wait for.
//
// Handles that others give up are noticed by LoopWaiter::look_around(), those that are sent to them
// when they are encoded.
class ChannelUse {
 public:
  ChannelUse(ChannelUses& uses, Channel& channel) : uses_(uses), channel_(channel) {}

  void add_handle(Side side);
  void drop_handle(Side side);
  void begin_waiting(Side side);
  void end_waiting(Side side);
  // To be called when handles of others may have come or gone.
  void look();

 private:
  friend class ChannelUses;
  size_t& count(size_t (&counts)[2], Side side) { return counts[static_cast<size_t>(side)]; }
  // Whether somebody else can complete what waits on that side.
  bool is_awaited(Side side) const;

  ChannelUses& uses_;
  Channel& channel_;  // kept by whoever refers to this
  size_t users_ = 0;
  size_t handles_[2] = {};
  size_t waiting_[2] = {};
  bool awaited_ = false;
};

// All of a realm's. Only on its own thread.
class ChannelUses {
 public:
  // Refers to the use of a channel, which it keeps.
  class Reference {
   public:
    Reference() = default;
    Reference(Reference&& other) noexcept : use_(std::exchange(other.use_, nullptr)) {}
    Reference& operator=(Reference&& other) noexcept {
      std::swap(use_, other.use_);
      return *this;
    }
    ~Reference();
    ChannelUse* operator->() const { return use_; }

   private:
    friend class ChannelUses;
    explicit Reference(ChannelUse& use) : use_(&use) { use.users_++; }
    ChannelUse* use_ = nullptr;
  };

  // `changed` is called when any() may have.
  template <class Changed>
  explicit ChannelUses(Changed&& changed) : changed_(std::forward<Changed>(changed)) {}

  Reference of(Channel& channel);
  // nullptr if the realm has nothing of it.
  ChannelUse* find(const Channel& channel);
  // Whether there is anything that somebody else can complete.
  bool any() const { return awaited_ != 0; }

 private:
  friend class ChannelUse;
  void note(bool awaited);

  std::function<void()> changed_;
  std::unordered_map<const Channel*, ChannelUse> uses_;
  size_t awaited_ = 0;  // of the channels
};

}  // namespace isolane

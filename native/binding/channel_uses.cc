#include "channel_uses.h"

namespace isolane {

void ChannelUse::add_handle(Side side) {
  count(handles_, side)++;
  look();
}

void ChannelUse::drop_handle(Side side) {
  // Before or after the channel has counted it: what others have stays the same, and is looked at
  // when it changes.
  count(handles_, side)--;
}

void ChannelUse::begin_waiting(Side side) {
  count(waiting_, side)++;
  look();
}

void ChannelUse::end_waiting(Side side) {
  count(waiting_, side)--;
  look();
}

bool ChannelUse::is_awaited(Side side) const {
  const size_t index = static_cast<size_t>(side);
  if (waiting_[index] == 0) return false;
  const size_t all = side == Side::kSender ? channel_.receivers() : channel_.senders();
  return all > handles_[1 - index] || (side == Side::kReceiver && channel_.will_fire());
}

void ChannelUse::look() {
  const bool awaited = is_awaited(Side::kSender) || is_awaited(Side::kReceiver);
  if (awaited == awaited_) return;
  awaited_ = awaited;
  uses_.note(awaited);
}

ChannelUses::Reference::~Reference() {
  if (use_ == nullptr || --use_->users_ != 0) return;
  use_->uses_.uses_.erase(&use_->channel_);
}

ChannelUses::Reference ChannelUses::of(Channel& channel) {
  return Reference(uses_.try_emplace(&channel, *this, channel).first->second);
}

ChannelUse* ChannelUses::find(const Channel& channel) {
  const auto found = uses_.find(&channel);
  return found == uses_.end() ? nullptr : &found->second;
}

void ChannelUses::note(bool awaited) {
  awaited_ += awaited ? 1 : -1;
  changed_();
}

}  // namespace isolane

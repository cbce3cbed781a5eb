#include "calls.h"

#include <utility>

#include "../value/reason.h"
#include "letters.h"

namespace isolane {

Calls::Calls(Owner& owner, std::shared_ptr<Party> party)
    : owner_(owner), party_(std::move(party)) {}

void Calls::expect(CallKey key, CallLimits limits) { watch(table_.add(key, limits)); }

bool Calls::cancel(CallKey key, CancelCause cause) {
  std::optional<CallTable::Cancelled> cancelled = table_.cancel(key, cause);
  if (cancelled) finish_cancel(*cancelled);
  return cancelled.has_value();
}

std::optional<uint64_t> Calls::begin(CallKey key) {
  Deadline look = kForever;
  std::optional<uint64_t> tag = table_.begin(key, &look);
  if (tag) watch(look);
  return tag;
}

void Calls::end(uint64_t tag) {
  if (std::optional<CallTable::Cancelled> cancelled = table_.end(tag)) tell_caller(*cancelled);
}

void Calls::tell(uint64_t tag) {
  if (std::optional<CallTable::Cancelled> cancelled = table_.tell(tag)) tell_caller(*cancelled);
}

void Calls::watch(Deadline look) {
  if (look == kForever) return;
  next_look_.set(look, owner_.if_alive([this] { this->look(); }));
}

void Calls::look() {
  Deadline next = kForever;
  for (const CallTable::Cancelled& one : table_.cancel_overdue(Clock::now(), &next)) {
    finish_cancel(one);
  }
  watch(next);
}

void Calls::finish_cancel(const CallTable::Cancelled& cancelled) {
  if (cancelled.tag == 0) {
    // It has not begun, and is skipped when its turn comes.
    tell_caller(cancelled);
    return;
  }
  (void)party_->post(native_letter(party_->id(), NativeLetter::kDropCall, cancelled.tag));
  owner_.stop_call(cancelled.tag);
}

void Calls::tell_caller(const CallTable::Cancelled& cancelled) {
  post_to(cancelled.key.party,
          native_letter(party_->id(), NativeLetter::kCancelled, cancelled.key.id,
                        text_parcel(name_of(cancelled.cause))));
}

}  // namespace isolane

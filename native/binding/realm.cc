#include "realm.h"

#include <uv.h>

#include <utility>
#include <vector>

#include "../capi/exports.h"
#include "../value/decode.h"
#include "../value/v8_compat.h"
#include "../value/views.h"
#include "call_sync.h"
#include "class_template.h"
#include "control.h"
#include "ending_functions.h"
#include "endpoint_object.h"
#include "frozen_objects.h"
#include "function_functions.h"
#include "inspection_functions.h"
#include "instance_functions.h"
#include "packed.h"
#include "record_functions.h"
#include "selection.h"
#include "shared_object.h"

namespace isolane {

using v8::Local;
using v8::MaybeLocal;
using v8::Value;

Local<v8::String> literal(v8::Isolate* isolate, const char* text) {
  return v8::String::NewFromUtf8(isolate, text, v8::NewStringType::kInternalized).ToLocalChecked();
}

Realm::Realm(v8::Isolate* isolate, Local<v8::Context> context, std::shared_ptr<Party> party,
             ThreadWaiter& waiter, node::MultiIsolatePlatform* platform, uint64_t host_id,
             Interpreter* self)
    : isolate_(isolate),
      context_(isolate, context),
      party_(std::move(party)),
      waiter_(waiter),
      platform_(platform),
      host_id_(host_id),
      self_(self),
      long_strings_(std::make_shared<LongStrings>(*this)) {
  data_.Reset(isolate, compat::new_external(isolate, this));
  nothing_.Reset(isolate, v8::Symbol::New(isolate, literal(isolate, "nothing")));
}

Realm::~Realm() { long_strings_->leave(); }

Realm& Realm::of(Arguments args) {
  return *static_cast<Realm*>(compat::external_pointer(args.Data()));
}

void Realm::add_function(Local<v8::Object> target, const char* name,
                         v8::FunctionCallback callback) {
  Local<v8::Context> context = this->context();
  Local<v8::String> key = literal(isolate_, name);
  Local<v8::Function> function =
      v8::Function::New(context, callback, data(), 0, v8::ConstructorBehavior::kThrow)
          .ToLocalChecked();
  function->SetName(key);
  target->Set(context, key, function).Check();
}

void Realm::make_templates() {
  sender_.Reset(isolate_, EndpointObject::sender_template(isolate_, data()));
  receiver_.Reset(isolate_, EndpointObject::receiver_template(isolate_, data()));
  shared_.Reset(isolate_, SharedObject::make_template(isolate_, data()));
  view_.Reset(isolate_, view_template(isolate_, data()));
  frozen_.Reset(isolate_, frozen_template(isolate_, data()));
  stand_in_.Reset(isolate_, stand_in_template(isolate_, data()));
  selection_.Reset(isolate_, Selection::make_template(isolate_, data()));

  const auto get_value = [](Arguments args) {
    args.GetReturnValue().Set(args.This()->GetInternalField(0).As<Value>());
  };

  const auto construct_moved = [](Arguments args) {
    if (!args.IsConstructCall() || !args[1]->IsArray()) return refuse_construction(args);
    args.This()->SetInternalField(0, args[0]);
    args.This()->SetInternalField(1, args[1]);
  };
  Local<v8::FunctionTemplate> moved = class_template(isolate_, data(), "Moved", construct_moved, 2);
  const auto get_transfer = [](Arguments args) {
    args.GetReturnValue().Set(args.This()->GetInternalField(1).As<Value>());
  };
  const auto add_getter = [&](const char* name, v8::FunctionCallback getter) {
    moved->PrototypeTemplate()->SetAccessorProperty(
        literal(isolate_, name), v8::FunctionTemplate::New(isolate_, getter, Local<Value>(),
                                                           v8::Signature::New(isolate_, moved)));
  };
  add_getter("value", get_value);
  add_getter("transfer", get_transfer);
  moved_.Reset(isolate_, moved);

  // new Owned(value); nativeValue(): the value, or NOTHING if it has gone.
  const auto construct_owned = [](Arguments args) {
    if (!args.IsConstructCall()) return refuse_construction(args);
    args.This()->SetInternalField(0, args[0]);
  };
  Local<v8::FunctionTemplate> owned =
      class_template(isolate_, data(), "NativeOwned", construct_owned, 1);
  add_method(isolate_, owned, "nativeValue", get_value);
  owned_.Reset(isolate_, owned);

  packed_.Reset(isolate_, class_template(isolate_, data(), "NativePacked", nullptr, 1));
}

std::vector<const std::vector<NamedFunction>*> Realm::functions() const {
  return {&control_functions(),  &call_sync_functions(),  &ending_functions(),
          &function_functions(), &inspection_functions(), &record_functions(),
          &shared_functions(),   &view_functions(),       &instance_functions()};
}

void Realm::add_functions(Local<v8::Object> binding, bool early) {
  for (const auto* list : functions()) {
    for (const NamedFunction& one : *list) {
      if (one.early == early) add_function(binding, one.name, one.call);
    }
  }
}

Local<v8::Object> Realm::begin_binding() {
  Local<v8::Context> context = this->context();
  // A dictionary: with fast properties each of them would cost a new hidden class.
  Local<v8::Object> binding = v8::Object::New(isolate_, v8::Null(isolate_), nullptr, nullptr, 0);
  const auto set = [&](const char* name, Local<Value> value) {
    binding->Set(context, literal(isolate_, name), value).Check();
  };
  set("NOTHING", nothing());
  set("partyId", v8::Number::New(isolate_, static_cast<double>(party_->id())));
  set("hostId", v8::Number::New(isolate_, static_cast<double>(host_id_)));
  const bool is_main = self_ == nullptr && node::GetCurrentEventLoop(isolate_) == uv_default_loop();
  const std::string name = self_ != nullptr ? self_->options().name : is_main ? "main" : "worker";
  set("partyName", v8::String::NewFromUtf8(isolate_, name.c_str()).ToLocalChecked());
  add_functions(binding, true);
  return binding;
}

void Realm::complete_binding(Local<v8::Object> binding) {
  make_templates();
  Local<v8::Context> context = this->context();
  const auto set = [&](const char* name, const v8::Global<v8::FunctionTemplate>& made) {
    Local<v8::Function> constructor;
    if (!made.Get(isolate_)->GetFunction(context).ToLocal(&constructor)) return;
    binding->Set(context, literal(isolate_, name), constructor).Check();
  };
  set("NativeSender", sender_);
  set("NativeReceiver", receiver_);
  set("NativeMoved", moved_);
  set("NativeOwned", owned_);
  set("NativeShared", shared_);
  set("NativeView", view_);
  set("NativeFrozen", frozen_);
  set("NativeStandIn", stand_in_);
  set("NativeSelection", selection_);
  set("NativePacked", packed_);
  record_.Reset(isolate_, v8::Symbol::New(isolate_, literal(isolate_, "record")));
  binding->Set(context, literal(isolate_, "RECORD"), record_.Get(isolate_)).Check();
  binding->Set(context, literal(isolate_, "page"), page_.make(isolate_)).Check();
  add_functions(binding, false);
}

void Realm::take_hook(Local<Value> given, v8::Global<v8::Function>* hook) {
  if (given->IsFunction()) hook->Reset(isolate_, given.As<v8::Function>());
}

void Realm::set_hooks(Arguments args) {
  take_hook(args[0], &make_sender_);
  take_hook(args[1], &make_receiver_);
  take_hook(args[2], &not_shareable_);
  take_hook(args[3], &on_ready_);
  take_hook(args[4], &on_letter_);
  take_hook(args[5], &read_record_);
  take_hook(args[6], &make_owned_);
  take_hook(args[7], &movable_parts_);
  take_hook(args[8], &make_shared_);
  take_hook(args[9], &make_view_);
  take_hook(args[10], &make_frozen_);
  take_hook(args[11], &with_stand_ins_);
  take_hook(args[12], &make_instance_);
  take_hook(args[13], &unknown_class_);
}

bool Realm::is_made_by(const v8::Global<v8::FunctionTemplate>& made,
                       Local<v8::Object> object) const {
  return object->InternalFieldCount() > 0 && !made.IsEmpty() &&
         made.Get(isolate_)->HasInstance(object);
}

Endpoint* Realm::endpoint_of(Local<v8::Object> object) {
  if (!is_made_by(sender_, object) && !is_made_by(receiver_, object)) return nullptr;
  auto* wrapped = static_cast<EndpointObject*>(Wrapped::behind(object));
  return wrapped == nullptr ? nullptr : &wrapped->endpoint();
}

bool Realm::unwrap_moved(Local<v8::Object> object, Local<Value>* value,
                         Local<v8::Array>* transfer) {
  if (!is_made_by(moved_, object)) return false;
  *value = object->GetInternalField(0).As<Value>();
  *transfer = object->GetInternalField(1).As<Value>().As<v8::Array>();
  return true;
}

bool Realm::unwrap_owned(Local<v8::Object> object, Local<Value>* value) {
  Local<Value> held;
  if (!unwrap(owned_, object, &held)) return false;
  *value = held == nothing() ? Local<Value>() : held;
  return true;
}

MaybeLocal<Value> Realm::movable_parts(Local<Value> value) {
  return movable_parts_.Get(isolate_)->Call(context(), v8::Undefined(isolate_), 1, &value);
}

MaybeLocal<v8::Object> Realm::make_owned() {
  Local<Value> made;
  if (!make_owned_.Get(isolate_)
           ->Call(context(), v8::Undefined(isolate_), 0, nullptr)
           .ToLocal(&made)) {
    return {};
  }
  return made.As<v8::Object>();
}

bool Realm::is_view(Local<v8::Object> object) const { return is_made_by(view_, object); }

bool Realm::unwrap_view(Local<v8::Object> object, FixedBytes* bytes) {
  if (!is_view(object)) return false;
  const OpenedView opened = opened_view(object);
  *bytes = fixed_bytes_of(opened.elements);
  bytes->owner = *opened.owner;
  return true;
}

MaybeLocal<Value> Realm::make_view(const FixedBytes& bytes) {
  return make_view(open_fixed(isolate_, bytes));
}

MaybeLocal<Value> Realm::make_view(const OpenedView& opened) {
  Local<Value> argv[] = {
      v8::Integer::New(isolate_, view_kind(opened.elements)),
      v8::Number::New(isolate_, static_cast<double>(opened.elements->Length())),
  };
  view_seed_.Reset(isolate_, opened.elements);
  view_seed_owner_ = opened.owner;
  MaybeLocal<Value> made =
      make_view_.Get(isolate_)->Call(context(), v8::Undefined(isolate_), 2, argv);
  view_seed_.Reset();
  return made;
}

OpenedView Realm::take_view_seed() {
  const OpenedView seed{view_seed_.Get(isolate_), view_seed_owner_};
  view_seed_.Reset();
  return seed;
}

void Realm::count_shared(int64_t bytes) {
  isolate_->AdjustAmountOfExternalAllocatedMemory(bytes);
  leave_out(bytes);
}

bool Realm::unwrap(const v8::Global<v8::FunctionTemplate>& made, Local<v8::Object> object,
                   Local<Value>* value) const {
  if (!is_made_by(made, object)) return false;
  *value = object->GetInternalField(0).As<Value>();
  return true;
}

bool Realm::unwrap_frozen(Local<v8::Object> object, Local<Value>* value) {
  return unwrap(frozen_, object, value);
}

MaybeLocal<Value> Realm::make_frozen(Local<v8::Object> object) {
  Local<Value> argv[] = {v8::Integer::New(isolate_, frozen_kind(object)), object};
  return make_frozen_.Get(isolate_)->Call(context(), v8::Undefined(isolate_), 2, argv);
}

MaybeLocal<v8::Array> Realm::with_stand_ins(Local<Value> value) {
  Local<Value> made;
  if (!with_stand_ins_.Get(isolate_)
           ->Call(context(), v8::Undefined(isolate_), 1, &value)
           .ToLocal(&made)) {
    return {};
  }
  return made.As<v8::Array>();
}

bool Realm::unwrap_stand_in(Local<v8::Object> object, Local<Value>* value) {
  return unwrap(stand_in_, object, value);
}

MaybeLocal<Value> Realm::make_instance(Local<Value> value) {
  return make_instance_.Get(isolate_)->Call(context(), v8::Undefined(isolate_), 1, &value);
}

void Realm::throw_unknown_class(Local<Value> message, Local<Value> instance) {
  Local<Value> argv[] = {message, instance};
  Local<Value> error;
  if (unknown_class_.Get(isolate_)
          ->Call(context(), v8::Undefined(isolate_), 2, argv)
          .ToLocal(&error)) {
    isolate_->ThrowException(error);
  }
}

const SharedRef* Realm::shared_of(Local<v8::Object> object) {
  if (!is_made_by(shared_, object)) return nullptr;
  auto* shared = static_cast<SharedObject*>(Wrapped::behind(object));
  return shared == nullptr ? nullptr : &shared->value();
}

MaybeLocal<v8::Object> Realm::make_shared(const SharedRef& value) {
  const auto found = shared_objects_.find(value->id());
  if (found != shared_objects_.end()) {
    Local<v8::Object> known = found->second->handle(isolate_);
    if (!known.IsEmpty()) return known;
  }
  Local<Value> seed = v8::Integer::NewFromUnsigned(isolate_, add_shared_seed(value));
  Local<Value> made;
  if (!make_shared_.Get(isolate_)
           ->Call(context(), v8::Undefined(isolate_), 1, &seed)
           .ToLocal(&made)) {
    return {};
  }
  return made.As<v8::Object>();
}

uint32_t Realm::add_shared_seed(SharedRef value) {
  shared_seeds_.emplace(next_seed_, std::move(value));
  return next_seed_++;
}

bool Realm::take_shared_seed(Local<Value> seed, SharedRef* value) {
  if (!seed->IsUint32()) return false;
  auto found = shared_seeds_.find(seed.As<v8::Uint32>()->Value());
  if (found == shared_seeds_.end()) return false;
  *value = std::move(found->second);
  shared_seeds_.erase(found);
  return true;
}

void Realm::fill_owned(Local<v8::Object> box, Local<Value> value) {
  box->SetInternalField(0, value.IsEmpty() ? nothing() : value);
}

MaybeLocal<v8::Object> Realm::make_endpoint(Endpoint&& endpoint) {
  const bool sender = endpoint.side() == Side::kSender;
  Local<v8::Function> make = (sender ? make_sender_ : make_receiver_).Get(isolate_);
  const uint32_t number = add_seed(std::move(endpoint));
  Local<Value> seed = v8::Integer::NewFromUnsigned(isolate_, number);
  Local<Value> made;
  if (!make->Call(context(), v8::Undefined(isolate_), 1, &seed).ToLocal(&made)) {
    seeds_.erase(number);
    return {};
  }
  return made.As<v8::Object>();
}

void Realm::endpoint_cloned(Endpoint& endpoint) {
  if (ChannelUse* use = uses_.find(*endpoint.channel())) use->look();
}

void Realm::give_away(Endpoint& endpoint) {
  if (!endpoint.open()) return;
  if (ChannelUse* use = uses_.find(*endpoint.channel())) use->drop_handle(endpoint.side());
  endpoint.close();
}

MaybeLocal<Value> Realm::read_record(const Parcel& record) {
  page_.receive(record);
  return read_record_.Get(isolate_)->Call(context(), v8::Undefined(isolate_), 0, nullptr);
}

void Realm::hold(bool on) {
  held_ = on;
  keep_alive(awaits_others());
}

void Realm::throw_not_shareable(Local<Value> value, Local<v8::String> why, bool shares) {
  Local<Value> argv[] = {value, why, v8::Boolean::New(isolate_, shares)};
  Local<Value> error;
  if (not_shareable_.IsEmpty()) {
    error = v8::Exception::TypeError(why);
  } else if (!not_shareable_.Get(isolate_)
                  ->Call(context(), v8::Undefined(isolate_), 3, argv)
                  .ToLocal(&error)) {
    return;  // what it threw is pending
  }
  isolate_->ThrowException(error);
}

uint32_t Realm::add_seed(Endpoint&& endpoint) {
  seeds_.emplace(next_seed_, std::move(endpoint));
  return next_seed_++;
}

bool Realm::take_seed(Local<Value> seed, Endpoint* endpoint) {
  if (!seed->IsUint32()) return false;
  auto found = seeds_.find(seed.As<v8::Uint32>()->Value());
  if (found == seeds_.end()) return false;
  *endpoint = std::move(found->second);
  seeds_.erase(found);
  return true;
}

bool Realm::is_packed(Local<Value> value) const {
  return value->IsObject() && packed_.Get(isolate_)->HasInstance(value);
}

Local<v8::Object> Realm::pack(Parcel&& message, Handover&& handover) {
  Local<v8::Object> packed =
      packed_.Get(isolate_)->InstanceTemplate()->NewInstance(context()).ToLocalChecked();
  Wrapped::make<PackedMessage>(*this, packed, std::move(message), std::move(handover));
  return packed;
}

void Realm::deliver(size_t limit) {
  for (size_t count = 0; count < limit && !shut_down_; count++) {
    v8::HandleScope scope(isolate_);
    // In turn, so that neither letters nor waiters have to wait for an end of the others.
    LoopWaiter* waiter = nullptr;
    Letter letter;
    bool has_letter = count % 2 == 1 && party_->take_letter(letter);
    if (!has_letter) waiter = party_->take_ready();
    if (!has_letter && waiter == nullptr) has_letter = party_->take_letter(letter);
    if (waiter != nullptr) {
      auto* owner = static_cast<Wrapped*>(waiter->owner());
      if (waiter->waits()) owner->look_around();
      Local<Value> handle = owner->handle(isolate_);
      if (!waiter->waits() && !handle.IsEmpty()) call_hook(on_ready_.Get(isolate_), 1, &handle);
    } else if (has_letter) {
      deliver_letter(std::move(letter));
    } else {
      return;
    }
    if (must_yield()) return;
  }
}

void Realm::deliver_letter(Letter&& letter) {
  if (letter.type == static_cast<uint32_t>(NativeLetter::kEnded)) {
    if (std::shared_ptr<Interpreter> child = take_child(letter.from)) child->join();
  }
  uint64_t tag = 0;
  if (on_letter_.IsEmpty() || !take_up(letter, &tag)) return;
  Local<Value> argv[] = {
      v8::Number::New(isolate_, static_cast<double>(letter.from)),
      v8::Integer::NewFromUnsigned(isolate_, letter.type),
      v8::Number::New(isolate_, static_cast<double>(letter.id)),
      v8::Number::New(isolate_, static_cast<double>(tag)),
  };
  Letter* const outer = std::exchange(letter_, &letter);
  call_hook(on_letter_.Get(isolate_), 4, argv);
  letter_ = outer;
}

MaybeLocal<Value> Realm::read_letter() {
  if (letter_ == nullptr) return v8::Undefined(isolate_);
  return decode(*this, std::move(letter_->body));
}

bool Realm::take_up(Letter&, uint64_t*) { return true; }

void Realm::add_child(std::shared_ptr<Interpreter> child) {
  std::lock_guard<std::mutex> guard(children_mutex_);
  children_.emplace(child->id(), std::move(child));
}

std::shared_ptr<Interpreter> Realm::take_child(uint64_t id) {
  std::lock_guard<std::mutex> guard(children_mutex_);
  auto found = children_.find(id);
  if (found == children_.end()) return nullptr;
  std::shared_ptr<Interpreter> child = std::move(found->second);
  children_.erase(found);
  return child;
}

void Realm::shut_down() {
  if (std::exchange(shut_down_, true)) return;
  std::map<uint64_t, std::shared_ptr<Interpreter>> children;
  {
    std::lock_guard<std::mutex> guard(children_mutex_);
    children.swap(children_);
  }
  // All are told before the first is waited for.
  for (auto& [id, child] : children) child->terminate(EndCause::kTerminated);
  for (auto& [id, child] : children) child->join();
  wrapped_.clear();
  seeds_.clear();
  shared_seeds_.clear();
  Exports::all().drop_all(party_->id());
  party_->close();
}

void Realm::give_up() {
  std::vector<std::shared_ptr<Interpreter>> children;
  {
    std::lock_guard<std::mutex> guard(children_mutex_);
    for (auto& [id, child] : children_) children.push_back(child);
  }
  for (auto& child : children) child->terminate(EndCause::kTerminated);
  wrapped_.abandon();
  Exports::all().drop_all(party_->id());
}

}  // namespace isolane

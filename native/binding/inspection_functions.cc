#include "inspection_functions.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "../isolate/inspection.h"
#include "../isolate/text_stream.h"
#include "../value/tags.h"
#include "arguments.h"
#include "realm.h"

namespace isolane {

using v8::Local;
using v8::Value;

namespace {

std::shared_ptr<Interpreter> interpreter_of(Local<Value> id) {
  return id->IsNumber() ? Interpreter::find(static_cast<uint64_t>(number(id))) : nullptr;
}

// A request and the sending end of the channel for its answers. Goes with the request, and closes
// the channel whether that has run or not.
using Answers = std::shared_ptr<Endpoint>;

// Has `work` run in the interpreter that args[0] names. Returns the receiver of its answers, as a
// seed; undefined if the interpreter has ended.
template <class Work>
void inspect(Arguments args, size_t capacity, Work work) {
  Realm& realm = Realm::of(args);
  std::shared_ptr<Interpreter> interpreter = interpreter_of(args[0]);
  if (interpreter == nullptr || !interpreter->watch(realm.party()->id())) return;
  Ref<Channel> channel = Channel::create(capacity, "inspection");
  if (!channel) {
    args.GetIsolate()->ThrowException(
        v8::Exception::RangeError(literal(args.GetIsolate(), "there is no memory left")));
    return;
  }
  auto [sender, receiver] = Endpoint::pair(std::move(channel));
  args.GetReturnValue().Set(realm.add_seed(std::move(receiver)));
  interpreter->request(
      [work, target = interpreter.get(), answers = std::make_shared<Endpoint>(std::move(sender))] {
        work(*target, answers);
      });
}

void heap_usage_of(Arguments args) {
  inspect(args, 1, [](Interpreter& interpreter, const Answers& answers) {
    const HeapUsage usage = heap_usage(interpreter.isolate());
    Parcel answer;
    if (std::unique_ptr<Block> block = Block::allocate(sizeof usage)) {
      std::memcpy(block->bytes, usage.data(), sizeof usage);
      answer.set_block(kTagBytes, std::move(block), kFloat64Array);
    } else {
      answer.set_word(kTagFalse, 0);
    }
    answers->channel()->try_send(answer);
  });
}

void heap_snapshot(Arguments args) {
  inspect(args, TextStream::kParts, [](Interpreter& interpreter, const Answers& answers) {
    write_heap_snapshot(interpreter, *answers);
  });
}

void start_cpu_profile(Arguments args) {
  const std::chrono::microseconds interval(static_cast<int64_t>(number(args[1])));
  inspect(args, 1, [interval](Interpreter& interpreter, const Answers& answers) {
    interpreter.on_own_thread([&interpreter, answers, interval] {
      v8::HandleScope scope(interpreter.isolate());
      const uint32_t profile = interpreter.cpu_profiles().start(interpreter.isolate(), interval);
      Parcel answer;
      answer.set_word(kTagNumber, std::bit_cast<uint64_t>(static_cast<double>(profile)));
      // Whoever asked may be gone, and will not stop it.
      if (answers->channel()->try_send(answer) != Status::kDone) {
        interpreter.cpu_profiles().stop(interpreter.isolate(), profile, nullptr);
      }
    });
  });
}

void stop_cpu_profile(Arguments args) {
  const auto profile = static_cast<uint32_t>(number(args[1]));
  inspect(args, TextStream::kParts, [profile](Interpreter& interpreter, const Answers& answers) {
    interpreter.on_own_thread([&interpreter, answers, profile] {
      v8::HandleScope scope(interpreter.isolate());
      TextStream stream(interpreter, *answers, kTagOneByte);
      interpreter.cpu_profiles().stop(interpreter.isolate(), profile, &stream);
      stream.finish();
    });
  });
}

void cpu_time(Arguments args) {
  std::shared_ptr<Interpreter> interpreter = interpreter_of(args[0]);
  if (interpreter == nullptr) return;
  args.GetReturnValue().Set(
      std::chrono::duration<double, std::milli>(interpreter->cpu_time()).count());
}

}  // namespace

const std::vector<NamedFunction>& inspection_functions() {
  static const std::vector<NamedFunction>* const functions = new std::vector<NamedFunction>{
      {"heapUsage", heap_usage_of},
      {"heapSnapshot", heap_snapshot},
      {"startCpuProfile", start_cpu_profile},
      {"stopCpuProfile", stop_cpu_profile},
      {"cpuTime", cpu_time},
  };
  return *functions;
}

}  // namespace isolane

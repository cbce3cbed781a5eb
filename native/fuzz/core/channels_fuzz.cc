// Operations on channels of every flavour, one after the other, compared with a queue.
#include <cstring>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include "../expect.h"
#include "../input.h"
#include "core/channel.h"
#include "core/endpoint.h"

namespace isolane::fuzz {
namespace {

constexpr uint8_t kWord = 1;
constexpr uint8_t kBlock = 2;

struct Message {
  bool is_word;
  uint64_t number;  // of a word
  size_t weight;

  Parcel parcel() const {
    Parcel made;
    if (is_word) {
      made.set_word(kWord, number);
    } else {
      std::unique_ptr<Block> block = Block::allocate(weight);
      std::memset(block->bytes, static_cast<int>(weight), weight);
      made.set_block(kBlock, std::move(block));
    }
    return made;
  }
  void expect_in(const Parcel& parcel) const {
    EXPECT(parcel.tag() == (is_word ? kWord : kBlock));
    EXPECT(is_word ? parcel.word() == number : parcel.block()->size == weight);
  }
};

// What a channel does that nobody else uses.
class Model {
 public:
  explicit Model(const ChannelOptions& options) : options_(options) {}

  Status send(const Message& message) {
    if (ended_ != Status::kDone) return ended_;
    if (options_.capacity == 0) return Status::kWouldBlock;
    if (options_.overflow == Overflow::kDropOldest) {
      push(message);
      while (queue_.size() > options_.capacity ||
             (weight_ > options_.max_bytes && queue_.size() > 1)) {
        pop();
      }
      return Status::kDone;
    }
    const bool is_full = queue_.size() >= options_.capacity || !bears(message.weight);
    if (is_full && options_.overflow == Overflow::kBlock) return Status::kWouldBlock;
    if (!is_full) push(message);
    return Status::kDone;
  }

  Status receive(Message* message) {
    if (ended_ == Status::kPoisoned) return ended_;
    if (queue_.empty()) return ended_ == Status::kDone ? Status::kWouldBlock : ended_;
    *message = queue_.front();
    pop();
    return Status::kDone;
  }

  void close() {
    if (ended_ == Status::kDone) ended_ = Status::kClosed;
  }
  void poison() {
    ended_ = Status::kPoisoned;
    drop();
  }
  void drop() {
    queue_.clear();
    weight_ = 0;
  }

  size_t size() const { return queue_.size(); }
  bool is_open() const { return ended_ == Status::kDone; }
  const Message* next() const { return queue_.empty() ? nullptr : &queue_.front(); }

 private:
  bool bears(size_t weight) const {
    return weight_ == 0 ||
           (weight_ <= options_.max_bytes && weight <= options_.max_bytes - weight_);
  }
  void push(const Message& message) {
    queue_.push_back(message);
    weight_ += message.weight;
  }
  void pop() {
    weight_ -= queue_.front().weight;
    queue_.pop_front();
  }

  const ChannelOptions options_;
  std::deque<Message> queue_;
  size_t weight_ = 0;
  Status ended_ = Status::kDone;
};

ChannelOptions options_of(Input& input) {
  constexpr size_t kCapacities[] = {0, 1, 2, 3, 4, 7, 64, ChannelOptions::kUnbounded};
  ChannelOptions options;
  options.capacity = kCapacities[input.below(8)];
  options.overflow = static_cast<Overflow>(input.below(3));
  if (const uint8_t bytes = input.byte(); bytes > 100) options.max_bytes = bytes;
  // As in JavaScript.
  if (options.capacity == 0) {
    options.overflow = Overflow::kBlock;
    options.max_bytes = ChannelOptions::kUnbounded;
  }
  return options;
}

class Trial {
 public:
  explicit Trial(const ChannelOptions& options)
      : model_(options), channel_(Channel::create(options)) {
    EXPECT(channel_);
    std::tie(sender_, receiver_) = Endpoint::pair(channel_);
  }

  void step(Input& input) {
    switch (input.below(12)) {
      case 0:
      case 1:
        return send({true, ++sent_, sizeof(uint64_t)}, input.byte() % 8 == 0);
      case 2:
        return send({false, 0, input.byte()}, input.byte() % 8 == 0);
      case 3:
      case 4:
      case 5:
        return receive(input.byte() % 8 == 0);
      case 6:
      case 7:
        return send_words(1 + input.below(80));
      case 8:
      case 9:
        return receive_words(1 + input.below(80));
      default:
        if (input.byte() % 8 == 0) end(input.below(4));
    }
  }

  void check() {
    EXPECT(channel_->size() == model_.size());
    EXPECT(channel_->closed() == !model_.is_open());
  }

 private:
  void send(const Message& message, bool waits) {
    Parcel parcel = message.parcel();
    const Status expected = model_.send(message);
    expect(waits ? channel_->send(parcel, waiter_, kPast) : channel_->try_send(parcel), expected,
           waits);
    EXPECT(parcel.empty() == (expected == Status::kDone));
    if (!parcel.empty()) message.expect_in(parcel);
  }

  void receive(bool waits) {
    Parcel parcel;
    Message message{};
    const Status expected = model_.receive(&message);
    expect(waits ? channel_->receive(parcel, waiter_, kPast) : channel_->try_receive(parcel),
           expected, waits);
    if (expected == Status::kDone) message.expect_in(parcel);
    EXPECT(parcel.empty() == (expected != Status::kDone));
  }

  static void expect(Status status, Status expected, bool waited) {
    EXPECT(status == (waited && expected == Status::kWouldBlock ? Status::kTimedOut : expected));
  }

  void send_words(size_t count) {
    std::vector<uint64_t> words(count);
    for (uint64_t& word : words) word = ++sent_;
    Status status;
    const size_t sent = channel_->try_send_words(kWord, words, &status);
    EXPECT(sent <= count && (sent == 0 || status == Status::kDone));
    for (size_t i = 0; i < sent; i++) {
      EXPECT(model_.send({true, words[i], sizeof(uint64_t)}) == Status::kDone);
    }
    // Otherwise they may have to be sent one at a time.
    if (sent == 0 && status != Status::kDone) {
      EXPECT(model_.send({true, words[0], sizeof(uint64_t)}) == status);
    }
  }

  void receive_words(size_t count) {
    std::vector<uint64_t> words(count);
    Status status;
    const size_t received = channel_->try_receive_words(kWord, words, &status);
    EXPECT(received <= count && (received == 0 || status == Status::kDone));
    Message message{};
    for (size_t i = 0; i < received; i++) {
      EXPECT(model_.receive(&message) == Status::kDone);
      EXPECT(message.is_word && message.number == words[i]);
    }
    if (received == 0 && status != Status::kDone) EXPECT(model_.receive(&message) == status);
  }

  void end(uint8_t how) {
    switch (how) {
      case 0:
        channel_->close();
        return model_.close();
      case 1:
        channel_->poison({});
        return model_.poison();
      case 2:
        sender_.close();
        return model_.close();
      default:
        // What is queued is lost with the last receiver.
        receiver_.close();
        model_.close();
        model_.drop();
    }
  }

  static constexpr Deadline kPast = Deadline::min();

  Model model_;
  const Ref<Channel> channel_;
  Endpoint sender_;
  Endpoint receiver_;
  ThreadWaiter waiter_;
  uint64_t sent_ = 0;
};

}  // namespace
}  // namespace isolane::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace isolane;
  using namespace isolane::fuzz;
  const int64_t before = Block::live();
  Input input({data, size});
  {
    Trial trial(options_of(input));
    while (!input.empty()) {
      trial.step(input);
      trial.check();
    }
  }
  EXPECT(Block::live() == before);
  return 0;
}

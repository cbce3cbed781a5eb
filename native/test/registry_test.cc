#include "core/registry.h"

#include <memory>
#include <thread>
#include <vector>

#include "core/channel.h"
#include "doctest/doctest.h"

namespace isolane {

TEST_CASE("a registry counts ids from its first one and never gives one twice") {
  Registry<int> registry(5);
  CHECK(registry.next_id() == 5);
  CHECK(registry.next_id() == 6);
}

TEST_CASE("a registry finds what lives, and nothing else") {
  Registry<int> registry(0);
  auto object = std::make_shared<int>(42);
  registry.add(3, object);
  CHECK(registry.size() == 1);
  CHECK(registry.find(3) == object);
  CHECK(registry.find(4) == nullptr);
  object.reset();
  CHECK(registry.find(3) == nullptr);
  registry.remove(3);
  CHECK(registry.size() == 0);
}

TEST_CASE("a registry visits the living in the order of their ids, and may be used meanwhile") {
  Registry<int> registry(0);
  std::vector<std::shared_ptr<int>> objects;
  for (int i = 0; i < 5; ++i) {
    objects.push_back(std::make_shared<int>(i));
    registry.add(static_cast<uint64_t>(i), objects.back());
  }
  objects[2].reset();
  std::vector<int> visited;
  registry.for_each([&](int& object) {
    visited.push_back(object);
    registry.remove(static_cast<uint64_t>(object));
  });
  CHECK(visited == std::vector<int>{0, 1, 3, 4});
  CHECK(registry.size() == 1);
}

TEST_CASE("channels are found by their ids while they live, and ids count from 1") {
  uint64_t id = 0;
  {
    const Ref<Channel> channel = Channel::create(1, "found");
    id = channel->id();
    CHECK(id >= 1);
    const Ref<Channel> found = Channel::registry().find(id);
    CHECK(found == channel);
    bool visited = false;
    Channel::registry().for_each([&](Channel& live) { visited |= live.id() == id; });
    CHECK(visited);
  }
  CHECK_FALSE(Channel::registry().find(id));
}

TEST_CASE("a channel may be found and freed by different threads at once") {
  for (int round = 0; round < 500; ++round) {
    Ref<Channel> channel = Channel::create(round % 2 == 0 ? 0 : 1, "");
    const uint64_t id = channel->id();
    std::thread finder([id] {
      while (const Ref<Channel> found = Channel::registry().find(id)) {
        if (found->id() != id) std::abort();
      }
    });
    channel = Ref<Channel>();
    finder.join();
    REQUIRE_FALSE(Channel::registry().find(id));
  }
}

}  // namespace isolane

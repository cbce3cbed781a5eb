#include "core/abandon_list.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "doctest/doctest.h"

namespace isolane {

namespace {

class Counted final : public Abandonable {
 public:
  void abandon() override { ++count; }
  int count = 0;
};

}  // namespace

TEST_CASE("a list abandons what is in it, and nothing else") {
  AbandonList list;
  Counted all[4];
  for (Counted& one : all) list.add(&one);
  list.remove(&all[0]);
  list.remove(&all[2]);
  list.abandon();
  CHECK(all[0].count == 0);
  CHECK(all[1].count == 1);
  CHECK(all[2].count == 0);
  CHECK(all[3].count == 1);
  list.add(&all[2]);
  list.abandon();
  CHECK(all[2].count == 1);
  CHECK(all[3].count == 2);
}

TEST_CASE("what is taken out of a list is abandoned no more, until there is nothing to take") {
  AbandonList list;
  Counted all[3];
  for (Counted& one : all) list.add(&one);
  for (int left = 3; left > 0; left--) {
    Abandonable* const taken = list.take();
    REQUIRE(taken != nullptr);
    list.abandon();
    CHECK(static_cast<Counted*>(taken)->count == 3 - left);
  }
  CHECK(list.take() == nullptr);
}

TEST_CASE("a list is abandoned again and again while its owner adds, removes and frees") {
  // A thread sanitizer would see abandon() in an object that is being made or destroyed.
  AbandonList list;
  std::atomic<bool> done{false};
  std::thread watchdog([&] {
    while (!done.load()) list.abandon();
  });
  std::vector<std::unique_ptr<Counted>> kept;
  for (int round = 0; round < 20'000; round++) {
    kept.push_back(std::make_unique<Counted>());
    list.add(kept.back().get());
    if (round % 3 == 0) {
      auto& any = kept[static_cast<size_t>(round) / 2 % kept.size()];
      list.remove(any.get());
      std::swap(any, kept.back());
      kept.pop_back();
    }
  }
  done.store(true);
  watchdog.join();
  size_t taken = 0;
  while (list.take() != nullptr) taken++;
  CHECK(taken == kept.size());
}

}  // namespace isolane

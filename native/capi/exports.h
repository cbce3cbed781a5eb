#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "../core/endpoint.h"
#include "../core/status.h"

namespace isolane {

// Endpoints on their way from JavaScript to native code, which claims each by its token, once. What
// is not claimed goes with the party that has put it here. Any thread.
class Exports {
 public:
  static Exports& all();

  // Its token, which is never 0 and never given again.
  uint64_t add(Endpoint&& endpoint, uint64_t party);
  // False if it is not there, or is not of that side; then it stays where it is.
  bool claim(uint64_t token, Side side, Endpoint* endpoint);
  void drop(uint64_t token);
  void drop_all(uint64_t party);

 private:
  struct Export {
    Endpoint endpoint;
    uint64_t party;
  };

  std::mutex mutex_;
  // Endpoints are closed without the lock: what is queued may hold others.
  std::unordered_map<uint64_t, Export> exports_;
  uint64_t last_ = 0;
};

}  // namespace isolane

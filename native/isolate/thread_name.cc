#include "thread_name.h"

#include <algorithm>

#if defined(__linux__) || defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

namespace isolane {

namespace {

#if defined(__linux__)
constexpr size_t kLongest = 15;
#elif defined(__APPLE__)
constexpr size_t kLongest = 63;
#else
constexpr size_t kLongest = 255;
#endif

// At most kLongest bytes of UTF-8, in whole characters. The system's strings end at a zero.
std::string shortened(const std::string& name) {
  const size_t end = std::min(name.find('\0'), name.size());
  if (end <= kLongest) return name.substr(0, end);
  size_t cut = kLongest;
  const auto continues = [&](size_t at) { return (name[at] & 0xC0) == 0x80; };
  while (cut > 0 && continues(cut)) cut--;
  return name.substr(0, cut);
}

}  // namespace

void name_this_thread(const std::string& name, uint64_t id) {
  std::string shown = shortened(name);
  if (shown.empty()) shown = shortened("isolane:" + std::to_string(id));
#if defined(__linux__)
  pthread_setname_np(pthread_self(), shown.c_str());
#elif defined(__APPLE__)
  pthread_setname_np(shown.c_str());
#elif defined(_WIN32)
  wchar_t wide[kLongest + 1] = {};
  MultiByteToWideChar(CP_UTF8, 0, shown.c_str(), -1, wide, kLongest + 1);
  SetThreadDescription(GetCurrentThread(), wide);
#endif
}

}  // namespace isolane

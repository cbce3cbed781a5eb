#include "thread_clock.h"

#if defined(__linux__)
#include <pthread.h>
#include <time.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#include <pthread.h>
#elif defined(_WIN32)
#include <windows.h>
#endif

namespace isolane {

using std::chrono::nanoseconds;

#if defined(__linux__)

ThreadClock ThreadClock::of_this_thread() {
  ThreadClock clock;
  clockid_t id;
  if (pthread_getcpuclockid(pthread_self(), &id) == 0) {
    clock.thread_ = id;
    clock.of_a_thread_ = true;
  }
  return clock;
}

nanoseconds ThreadClock::used() const {
  timespec time;
  if (!of_a_thread_ || clock_gettime(static_cast<clockid_t>(thread_), &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

#elif defined(__APPLE__)

ThreadClock ThreadClock::of_this_thread() {
  ThreadClock clock;
  clock.thread_ = pthread_mach_thread_np(pthread_self());
  clock.of_a_thread_ = true;
  return clock;
}

nanoseconds ThreadClock::used() const {
  thread_basic_info_data_t info;
  mach_msg_type_number_t size = THREAD_BASIC_INFO_COUNT;
  if (!of_a_thread_ || thread_info(static_cast<mach_port_t>(thread_), THREAD_BASIC_INFO,
                                   reinterpret_cast<thread_info_t>(&info), &size) != KERN_SUCCESS) {
    return {};
  }
  const auto time = [](const time_value_t& part) {
    return std::chrono::seconds(part.seconds) + std::chrono::microseconds(part.microseconds);
  };
  return time(info.user_time) + time(info.system_time);
}

#elif defined(_WIN32)

ThreadClock ThreadClock::of_this_thread() {
  ThreadClock clock;
  const HANDLE process = GetCurrentProcess();
  HANDLE thread = nullptr;  // GetCurrentThread() means another one in every thread
  if (DuplicateHandle(process, GetCurrentThread(), process, &thread,
                      THREAD_QUERY_LIMITED_INFORMATION, FALSE, 0)) {
    clock.handle_ = std::shared_ptr<void>(thread, CloseHandle);
    clock.of_a_thread_ = true;
  }
  return clock;
}

nanoseconds ThreadClock::used() const {
  FILETIME created, ended, kernel, user;
  if (!of_a_thread_ || !GetThreadTimes(handle_.get(), &created, &ended, &kernel, &user)) return {};
  const auto time = [](const FILETIME& part) {  // in units of 100 nanoseconds
    const uint64_t units = uint64_t{part.dwHighDateTime} << 32 | part.dwLowDateTime;
    return nanoseconds(static_cast<int64_t>(units * 100));
  };
  return time(kernel) + time(user);
}

#else

ThreadClock ThreadClock::of_this_thread() {
  ThreadClock clock;
  clock.thread_ = nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  clock.of_a_thread_ = true;
  return clock;
}

nanoseconds ThreadClock::used() const {
  if (!of_a_thread_) return {};
  return std::chrono::steady_clock::now().time_since_epoch() - nanoseconds(thread_);
}

#endif

}  // namespace isolane

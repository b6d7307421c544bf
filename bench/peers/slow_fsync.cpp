// Loaded before the C library (LD_PRELOAD): every fsync() and fdatasync() takes SLOW_FSYNC_US microseconds longer,
// as on a disk that is slower. Counts them, and writes the count to SLOW_FSYNC_COUNT when the process ends.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

std::atomic<unsigned long> synced = 0;

long delay_us() {
  const char* text = std::getenv("SLOW_FSYNC_US");
  return text == nullptr ? 0 : std::atol(text);
}

int sync_slowly(long call, int file) {
  static const long microseconds = delay_us();
  synced.fetch_add(1, std::memory_order_relaxed);
  const timespec pause{microseconds / 1'000'000, microseconds % 1'000'000 * 1'000};
  if (microseconds > 0) nanosleep(&pause, nullptr);
  return int(syscall(call, file));
}

/// Says at the end how many there were.
struct Count {
  Count() = default;
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;
  ~Count() {
    const char* path = std::getenv("SLOW_FSYNC_COUNT");
    std::FILE* file = path == nullptr ? nullptr : std::fopen(path, "we");
    if (file == nullptr) return;
    std::fprintf(file, "%lu\n", synced.load());
    std::fclose(file);
  }
} count;

}  // namespace

extern "C" int fsync(int file) {
  return sync_slowly(SYS_fsync, file);
}

extern "C" int fdatasync(int file) {
  return sync_slowly(SYS_fdatasync, file);
}

#pragma once

#include <sys/types.h>

#include <cstdint>

namespace bench {

/// What the scheduler says of all threads of the server so far, in nanoseconds.
struct CpuTime {
  std::uint64_t ran = 0;     ///< on a core
  std::uint64_t waited = 0;  ///< ready to run while something else had the core
};

/// What /proc/stat says of the core that the server is pinned to, in nanoseconds; its steps are 10 ms.
struct CoreTime {
  std::uint64_t busy = 0;    ///< with the server or anything else
  std::uint64_t stolen = 0;  ///< by the hypervisor, for other machines
};

/// What the server holds, in bytes.
struct Memory {
  std::uint64_t anonymous = 0;  ///< its own pages: heap and stacks
  std::uint64_t resident = 0;   ///< VmRSS, with the pages of its files
};

/// Reads /proc of the measured server. All zero when the process is gone.
class ServerProcess {
 public:
  explicit ServerProcess(pid_t pid) : pid_(pid) {}

  CpuTime cpu() const;
  /// All zero when the server may run on more than one core.
  CoreTime core() const;
  Memory memory() const;

  /// Returns once the server has used less than 1 ms of CPU in 200 ms, or after five seconds.
  void wait_until_idle() const;

 private:
  pid_t pid_;
};

}  // namespace bench

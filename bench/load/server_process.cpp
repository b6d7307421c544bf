#include "bench/load/server_process.h"

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace bench {

namespace {

constexpr auto kIdleStep = std::chrono::milliseconds(200);
constexpr std::uint64_t kIdleCpu = 1'000'000;
constexpr int kIdleSteps = 25;

std::uint64_t kilobytes(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
  }
  return 0;
}

}  // namespace

CpuTime ServerProcess::cpu() const {
  CpuTime total;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
    std::uint64_t ran = 0;
    std::uint64_t waited = 0;
    if (std::ifstream(task.path() / "schedstat") >> ran >> waited) {
      total.ran += ran;
      total.waited += waited;
    }
  }
  return total;
}

CoreTime ServerProcess::core() const {
  cpu_set_t set;
  if (sched_getaffinity(pid_, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1) return {};
  int core = 0;
  while (!CPU_ISSET(core, &set)) ++core;
  const auto key = "cpu" + std::to_string(core) + " ";
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    std::istringstream fields(line.substr(key.size()));
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    fields >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
    const auto tick = 1'000'000'000 / std::uint64_t(sysconf(_SC_CLK_TCK));
    return {(user + nice + system + irq + softirq) * tick, steal * tick};
  }
  return {};
}

Memory ServerProcess::memory() const {
  const auto folder = "/proc/" + std::to_string(pid_);
  return {kilobytes(folder + "/smaps_rollup", "Anonymous:"), kilobytes(folder + "/status", "VmRSS:")};
}

void ServerProcess::wait_until_idle() const {
  auto before = cpu().ran;
  for (int step = 0; step < kIdleSteps; ++step) {
    std::this_thread::sleep_for(kIdleStep);
    const auto now = cpu().ran;
    if (now - before < kIdleCpu) return;
    before = now;
  }
}

}  // namespace bench

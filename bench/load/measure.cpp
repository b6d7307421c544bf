#include "bench/load/measure.h"

#include <ctime>
#include <thread>

namespace bench {

namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);

using Phase = std::function<void(Share&)>;

std::vector<std::thread> in_parallel(const Options& options, const std::vector<std::unique_ptr<Share>>& shares,
                                     const Phase& phase) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    threads.emplace_back([core = options.cores[i], share = shares[i].get(), phase] {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(core, &set);
      if (sched_setaffinity(0, sizeof set, &set) != 0) fail("cannot use core " + std::to_string(core));
      phase(*share);
    });
  }
  return threads;
}

void join(std::vector<std::thread> threads) {
  for (auto& thread : threads) thread.join();
}

/// The counters at one moment.
struct Sample {
  std::uint64_t messages = 0;
  std::uint64_t wall_ns = 0;
  std::uint64_t load_cpu_ns = 0;
  CpuTime server;
  CoreTime core;
};

std::uint64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::uint64_t(now.tv_sec) * 1'000'000'000 + std::uint64_t(now.tv_nsec);
}

Sample sample(const ServerProcess& server, const std::vector<std::unique_ptr<Share>>& shares) {
  Sample now;
  for (const auto& share : shares) now.messages += share->done();
  now.wall_ns = nanoseconds(CLOCK_MONOTONIC);
  now.load_cpu_ns = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
  now.server = server.cpu();
  now.core = server.core();
  return now;
}

Memory settled(const Options& options, const ServerProcess& server) {
  if (!options.memory) return {};
  server.wait_until_idle();
  return server.memory();
}

}  // namespace

void Share::run(const std::atomic<bool>& stop) {
  start();
  while (!stop.load(std::memory_order_relaxed)) {
    poll(kPoll);
    after_poll();
  }
}

Measurement measure_idle(const Options& options, const std::vector<std::unique_ptr<Share>>& shares) {
  const ServerProcess server(options.pid);
  Measurement result;
  result.start = settled(options, server);
  join(in_parallel(options, shares, [](Share& share) { share.open(); }));
  for (const auto& share : shares) result.sessions += share->sessions();
  result.upgraded = settled(options, server);
  join(in_parallel(options, shares, [](Share& share) { share.greet(); }));
  result.named = settled(options, server);
  return result;
}

Measurement measure(const Options& options, const std::vector<std::unique_ptr<Share>>& shares) {
  const ServerProcess server(options.pid);
  Measurement result = measure_idle(options, shares);
  join(in_parallel(options, shares, [](Share& share) { share.prepare(); }));

  std::atomic<bool> stop = false;
  auto running = in_parallel(options, shares, [&stop](Share& share) { share.run(stop); });
  std::this_thread::sleep_for(options.warm_up);
  const auto before = sample(server, shares);
  std::this_thread::sleep_for(options.window);
  const auto after = sample(server, shares);
  stop = true;
  join(std::move(running));

  if (after.server.ran <= before.server.ran) fail("the server's CPU time cannot be read: is the pid right?");
  if (after.messages == before.messages) fail("not a single message arrived within the measured window");
  for (const auto& share : shares) result.sent += share->sent();
  result.messages = after.messages - before.messages;
  result.wall_ns = after.wall_ns - before.wall_ns;
  result.load_cpu_ns = after.load_cpu_ns - before.load_cpu_ns;
  result.server = {after.server.ran - before.server.ran, after.server.waited - before.server.waited};
  result.core = {after.core.busy - before.core.busy, after.core.stolen - before.core.stolen};
  return result;
}

std::size_t part_of(std::size_t total, std::size_t index, std::size_t shares) {
  return total / shares + (index < total % shares ? 1 : 0);
}

}  // namespace bench

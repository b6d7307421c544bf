#pragma once

#include <sched.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/server_process.h"

namespace bench {

/// What one run of the load generator is asked to do; the command line fills it.
struct Options {
  std::string work;
  std::string path = "/bench";
  std::uint16_t port = 0;
  pid_t pid = 0;
  std::vector<int> cores;     ///< one thread for each
  std::size_t sessions = 64;  ///< relay: two for each pair; fan-out: subscribers; handshakes: at once
  std::size_t in_flight = 1;  ///< relay: per pair; sio-ack: per session; fan-out: published events
  std::size_t size = 128;     ///< bytes of one message
  bool memory = false;        ///< whether to wait for quiet moments and read the server's memory
  std::chrono::milliseconds warm_up{300};
  std::chrono::milliseconds window{1500};  ///< what is measured
};

/// What was counted within the measured window, and around it.
struct Measurement {
  std::size_t sessions = 0;
  std::uint64_t messages = 0;
  std::uint64_t wall_ns = 0;
  CpuTime server;
  CoreTime core;
  std::uint64_t load_cpu_ns = 0;
  std::uint64_t sent = 0;  ///< readings: all that were sent from the start to the end, not within the window alone
  Memory start;            ///< before the first session
  Memory upgraded;         ///< all sessions upgraded, none has said anything
  Memory named;            ///< every session has said hello and was welcomed
};

/// Pairs of sessions: one sends to the other, and sends again when it has arrived.
Measurement relay(const Options& options);

/// One publisher and `sessions` subscribers: at most `in_flight` times `sessions` deliveries are outstanding.
Measurement fan_out(const Options& options);

/// Connect, upgrade, read the 101, reset; `sessions` at once.
Measurement handshakes(const Options& options);

/// Every session sends readings of a thousand controllers, each when the one before is told to be stored.
Measurement readings(const Options& options);

/// Makes sure that the server refuses what it must refuse and forwards text unchanged; fails otherwise.
void check(const Options& options);

// The same over Socket.IO; `path` has no meaning here.

/// Every session sends an event, and sends again when it is acknowledged.
Measurement sio_ack(const Options& options);

/// One of `sessions` in a room sends to all of them, itself included; outstanding is as much as in `fan_out`.
Measurement sio_fan_out(const Options& options);

/// Sessions that are connected to the namespace "/" and say nothing; only the memory is measured.
Measurement sio_idle(const Options& options);

/// Long-polling sessions: a POST that sends an event, a GET that brings its acknowledgement.
Measurement sio_polling(const Options& options);

void sio_check(const Options& options);

}  // namespace bench

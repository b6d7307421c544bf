#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/base/histogram.h"
#include "gateway/engine_io/census.h"
#include "gateway/engine_io/meter.h"
#include "gateway/net/acceptor.h"
#include "gateway/session/meter.h"

namespace polygate::server {

/// How a first request on a profile's listener ended: a closed set of metrics labels.
enum class Handshake : std::uint8_t {
  accepted,         ///< 101
  malformed,        ///< 400, 413, 414, 431 and what else the HTTP parser refuses
  not_found,        ///< 404
  not_websocket,    ///< 405, 426
  origin,           ///< 403
  unauthenticated,  ///< 401
  unavailable,      ///< 503: shutting down, or the verifier could not judge
  late,             ///< handshake_within was over
  limited,          ///< 429, 503: too many sessions of Engine.IO
  lost,             ///< the peer went away before, or TLS failed
};
inline constexpr std::size_t kHandshakes = 10;
std::string_view name(Handshake result);

/// One worker's counters of bytes and sockets. Plain numbers, touched on the worker's thread; read by a copy.
struct ServerMeter : engine_io::Meter {
  static constexpr std::array<double, 8> kLagBounds = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 1.0};  ///< seconds

  std::array<std::uint64_t, kHandshakes> handshakes{};
  std::uint64_t http_requests = 0;    ///< that a handler answered
  std::uint64_t bytes_in = 0;         ///< after TLS
  std::uint64_t bytes_out = 0;        ///< before TLS
  std::uint64_t writes = 0;           ///< calls that wrote them
  std::uint64_t mailbox_letters = 0;  ///< frames that wait for the worker now
  std::uint64_t mailbox_bytes = 0;
  double pressed_seconds = 0;     ///< for which there were so many that those who sent them paused
  std::uint64_t connections = 0;  ///< now open
  Histogram<kLagBounds> lags;     ///< how late the loop's timer came
  double lag_max = 0;
};

struct WorkerMeters {
  ServerMeter transport;
  session::Meter session;
};

/// What a server counted, all workers in turn.
struct Collected {
  std::vector<WorkerMeters> workers;
  net::AcceptorMeter acceptor;
  engine_io::Census::Counts census;
};

}  // namespace polygate::server

#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/base/clock.h"

namespace polygate::net {

/// When the kernel asks a peer that says nothing for a sign of life, and when it believes it gone. Whoever answers
/// nothing for as long as that takes together is gone with data on its way, too.
struct TcpKeepalive {
  bool on = true;
  Millis idle{30'000};     ///< whole seconds, as `interval`
  Millis interval{5'000};  ///< between two questions
  unsigned count = 3;      ///< questions without an answer
};

/// How many connections there may be. Defaults are safe ones.
struct ConnectionLimits {
  std::size_t max_connections = 100'000;     ///< more are answered 503
  std::size_t max_per_address = 1'000;       ///< an IPv4 address or an IPv6 /64; more are answered 429
  std::size_t handshakes_per_address = 256;  ///< of them, without a complete request yet; 429
  std::size_t handshakes_total = 0;          ///< 503; 0 = a quarter of the file descriptors
  std::size_t max_fds = 0;                   ///< file descriptors of the process; 0 = its RLIMIT_NOFILE
  std::size_t reserved_fds = 64;             ///< never used for connections: accepting waits instead
};

/// A certificate chain and its key, PEM files.
struct TlsSettings {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Where connections arrive.
struct ListenerSettings {
  std::string name;
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, no names; "::" takes both families
  std::uint16_t port = 0;             ///< 0 = any free one
  std::optional<TlsSettings> tls;
};

}  // namespace polygate::net

#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/base/clock.h"
#include "gateway/transport/http_handler.h"
#include "gateway/wire/http_head.h"

namespace polygate::transport {

/// When the kernel asks a peer that says nothing for a sign of life, and when it believes it gone. Whoever answers
/// nothing for as long as that takes together is gone with data on its way, too.
struct TcpKeepalive {
  bool on = true;
  Millis idle{30'000};     ///< whole seconds, as `interval`
  Millis interval{5'000};  ///< between two questions
  unsigned count = 3;      ///< questions without an answer
};

/// What connections may cost, and how long they may take. Defaults are safe ones.
struct Settings {
  unsigned workers = 1;  ///< threads that carry sessions, at least 1

  Millis handshake_within{10'000};  ///< from the first byte of TCP to a complete request, however it trickles
  Millis keep_alive{60'000};        ///< an HTTP connection between two requests
  Millis reply_within{120'000};     ///< a handler's answer; then 504
  Millis close_within{2'000};       ///< writing what still waits before the last word
  Millis linger{900};               ///< from the last word to the end of TCP

  TcpKeepalive keepalive;  ///< of TCP, on every connection

  std::size_t max_connections = 100'000;      ///< more are answered 503
  std::size_t max_per_address = 1'000;        ///< an IPv4 address or an IPv6 /64; more are answered 429
  std::size_t handshakes_per_address = 256;   ///< of them, without a complete request yet; 429
  std::size_t handshakes_total = 0;           ///< 503; 0 = a quarter of the file descriptors
  std::size_t max_engines = 100'000;          ///< sessions of Engine.IO; more are answered 503
  std::size_t engines_per_address = 1'000;    ///< 429
  std::size_t engines_per_profile = 100'000;  ///< 503
  std::size_t max_fds = 0;                    ///< file descriptors of the process; 0 = its RLIMIT_NOFILE
  std::size_t reserved_fds = 64;              ///< never used for connections: accepting waits instead

  wire::HttpLimits http;
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
  std::uint16_t port = 0;             ///< 0 = any free one, see Server::port()
  std::optional<TlsSettings> tls;
  HttpHandler http;  ///< answers every request here; when empty, the profiles' endpoints do
};

}  // namespace polygate::transport

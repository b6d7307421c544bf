#pragma once
#include <cstddef>

#include "gateway/base/clock.h"
#include "gateway/http/handler.h"
#include "gateway/net/settings.h"
#include "gateway/wire/http_head.h"

namespace polygate::server {

/// What connections may cost, and how long they may take. Defaults are safe ones.
struct Settings : net::ConnectionLimits {
  unsigned workers = 1;  ///< threads that carry sessions, at least 1

  Millis handshake_within{10'000};  ///< from the first byte of TCP to a complete request, however it trickles
  Millis keep_alive{60'000};        ///< an HTTP connection between two requests
  Millis reply_within{120'000};     ///< a handler's answer; then 504
  Millis close_within{2'000};       ///< writing what still waits before the last word
  Millis linger{900};               ///< from the last word to the end of TCP

  net::TcpKeepalive keepalive;  ///< of TCP, on every connection

  std::size_t max_engines = 100'000;          ///< sessions of Engine.IO; more are answered 503
  std::size_t engines_per_address = 1'000;    ///< 429
  std::size_t engines_per_profile = 100'000;  ///< 503

  wire::HttpLimits http;
};

struct ListenerSettings : net::ListenerSettings {
  http::Handler http;  ///< answers every request here; when empty, the profiles' endpoints do
};

}  // namespace polygate::server

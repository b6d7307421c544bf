#pragma once
#include <cstdint>

#include "gateway/base/result.h"
#include "gateway/net/fd.h"
#include "gateway/net/settings.h"

namespace polygate::net {

/// A socket that listens. Made on the main thread, so that a port that is taken is known at start; then owned by the
/// acceptor.
struct Listener {
  Fd fd;
  std::uint16_t port = 0;  ///< the one that was bound
  bool tls = false;

  /// The failure says which address could not be listened on and why.
  static Result<Listener> open(const ListenerSettings& settings, const TcpKeepalive& keepalive);
};

}  // namespace polygate::net

#pragma once
#include <cstdint>
#include <string>

#include "gateway/base/result.h"
#include "gateway/net/fd.h"
#include "gateway/net/settings.h"

namespace polygate::net {

/// A socket that is bound, and later listens. Made on the main thread, so that a port that is taken is known at start;
/// then owned by the acceptor.
struct Listener {
  Fd fd;
  std::uint16_t port = 0;  ///< the one that was bound
  bool tls = false;
  std::string shown;  ///< "listener `main`: 127.0.0.1 port 8080", for messages

  /// Whoever connects is refused until listen(). The failure says which address could not be bound and why.
  static Result<Listener> bind(const ListenerSettings& settings, const TcpKeepalive& keepalive);
  Result<void> listen() const;
};

}  // namespace polygate::net

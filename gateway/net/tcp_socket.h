#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/net/fd.h"

struct lws;

namespace polygate::net {

/// One accepted connection in libwebsockets' hands, plain or TLS. A handle: copied freely, owned by the library, dead
/// after the connection's close callback. Used on the worker's thread.
class TcpSocket {
 public:
  TcpSocket() = default;
  explicit TcpSocket(lws* wsi) : wsi_(wsi) {}

  /// Hands bytes over, as they are. What the kernel does not take at once the library keeps: then blocked() is true,
  /// and nothing more may be written until the writable callback. False: the connection is broken.
  bool write(std::string_view bytes) const;
  bool blocked() const;
  void want_writable() const;
  /// Stops or goes on reading; the peer feels it through TCP.
  void read(bool on) const;
  /// Says that nothing more will come (TLS close_notify, FIN); the peer may still send.
  void end_output() const;
  /// In the close callback: appends what the kernel still hands out, although the connection is over. When there may be
  /// more than that, also a descriptor of its own to read on from.
  Fd take_rest(std::string& bytes) const;
  /// Closes at once, which calls the close callback. Never from inside one of this connection's own callbacks.
  void kill() const;
  int fd() const;
  explicit operator bool() const { return wsi_ != nullptr; }

 private:
  lws* wsi_ = nullptr;
};

}  // namespace polygate::net

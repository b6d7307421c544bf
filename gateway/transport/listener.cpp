#include "gateway/transport/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <utility>

namespace polygate::transport {
namespace {

constexpr int kBacklog = 4'096;
constexpr unsigned kUserTimeout = 45'000;  // milliseconds without any answer from the peer's TCP

/// Writes the socket address into `to`; its size, or 0 when the text is no address.
socklen_t parse(const ListenerSettings& settings, sockaddr_storage& to) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, settings.address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(settings.port);
    std::memcpy(&to, &v4, sizeof(v4));
    return sizeof(v4);
  }
  if (::inet_pton(AF_INET6, settings.address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(settings.port);
    std::memcpy(&to, &v6, sizeof(v6));
    return sizeof(v6);
  }
  return 0;
}

std::uint16_t bound_port(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof(bound);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  sockaddr_in6 v6{};  // the port is at the same place in both families
  std::memcpy(&v6, &bound, sizeof(v6));
  return ntohs(v6.sin6_port);
}

}  // namespace

Result<Listener> Listener::open(const ListenerSettings& settings) {
  const std::string where = "listener `" + settings.name + "`: ";
  const std::string endpoint = settings.address + " port " + std::to_string(settings.port);
  sockaddr_storage address{};
  const socklen_t size = parse(settings, address);
  if (size == 0) {
    return Failure{Reason::invalid,
                   where + "`" + settings.address + "` is no IPv4 or IPv6 address (such as 127.0.0.1 or ::)"};
  }
  const auto failed = [&](const char* what) {
    return Failure{Reason::busy, where + what + " " + endpoint + ": " + std::strerror(errno)};
  };
  Listener listener{Fd(::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), 0,
                    settings.tls.has_value()};
  if (!listener.fd) return failed("cannot make a socket for");
  const int on = 1;
  const int off = 0;
  // Accepted sockets inherit both of these.
  ::setsockopt(listener.fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(listener.fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeout, sizeof(kUserTimeout));
  ::setsockopt(listener.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (address.ss_family == AF_INET6) {
    ::setsockopt(listener.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  }
  if (::bind(listener.fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return failed("cannot bind");
  }
  if (::listen(listener.fd.get(), kBacklog) != 0) return failed("cannot listen on");
  listener.port = bound_port(listener.fd.get());
  return listener;
}

}  // namespace polygate::transport

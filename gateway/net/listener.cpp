#include "gateway/net/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>
#include <string>
#include <utility>

namespace polygate::net {
namespace {

constexpr int kBacklog = 4'096;
constexpr Millis kUserTimeout{45'000};  // without any answer from the peer's TCP, where nobody says another time

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

template <class T>
void set(int fd, int level, int option, T value) {
  ::setsockopt(fd, level, option, &value, sizeof(value));
}

/// Accepted sockets inherit all of this.
void set_options(int fd, const TcpKeepalive& keepalive) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (keepalive.on) {
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(keepalive.idle.count() / 1'000));
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, static_cast<int>(keepalive.interval.count() / 1'000));
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, static_cast<int>(keepalive.count));
  }
  // It takes the place of the count, too (tcp(7)): so it is the time that all of them take.
  const Millis all = keepalive.on ? keepalive.idle + keepalive.interval * keepalive.count : kUserTimeout;
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<unsigned>(all.count()));
}

}  // namespace

Result<Listener> Listener::bind(const ListenerSettings& settings, const TcpKeepalive& keepalive) {
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
                    settings.tls.has_value(), where + endpoint};
  if (!listener.fd) return failed("cannot make a socket for");
  set_options(listener.fd.get(), keepalive);
  set(listener.fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (address.ss_family == AF_INET6) set(listener.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(listener.fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return failed("cannot bind");
  }
  listener.port = bound_port(listener.fd.get());
  return listener;
}

Result<void> Listener::listen() const {
  if (::listen(fd.get(), kBacklog) == 0) return {};
  return Failure{Reason::busy, shown + " cannot be listened on: " + std::strerror(errno)};
}

}  // namespace polygate::net

#include "bench/load/sockets.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/load/sessions.h"

namespace bench {

namespace {

constexpr unsigned kSources = 8;
constexpr int kConnectSeconds = 10;

sockaddr_in loopback(unsigned last_byte, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7f000000u + last_byte);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

int connect_to(std::uint16_t port, unsigned source, const std::string& who) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail(std::string("socket: ") + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Without this, bind() would take one of the 28,000 ports for all destinations at once.
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const timeval limit{kConnectSeconds, 0};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const auto local = loopback(2 + source % kSources, 0);
  const auto server = loopback(1, port);
  // A blocking connect: on loopback it is done within the call, as long as the backlog has room.
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0 ||
      connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
    fail(who + " cannot connect: " + std::strerror(errno));
  }
  return fd;
}

void reset(int fd) {
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

}  // namespace bench

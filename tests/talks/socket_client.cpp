#include "tests/talks/socket_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace polygate::talks {
namespace {

constexpr int kPatience = 20'000;  // ms

}  // namespace

int connect_to(std::uint16_t port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) hang_up(fd, false);
  return fd;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return;  // the end shows when reading
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool read_some(int fd, std::string& into) {
  pollfd waiting{fd, POLLIN, 0};
  if (fd < 0 || poll(&waiting, 1, kPatience) != 1) return false;
  std::array<char, 65'536> buffer;
  const ssize_t got = recv(fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  into.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

void hang_up(int& fd, bool reset) {
  if (fd < 0) return;
  const linger at_once{1, 0};
  if (reset) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
  fd = -1;
}

}  // namespace polygate::talks

#include "gateway/app/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace polygate::app {

bool notify(const std::optional<std::string>& socket, std::string_view state) {
  if (!socket || socket->empty()) return true;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket->size() >= sizeof(address.sun_path)) return false;
  std::memcpy(address.sun_path, socket->data(), socket->size());
  const bool is_abstract = socket->front() == '@';
  if (is_abstract) address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket->size() + (is_abstract ? 0 : 1));
  const ssize_t sent =
      ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(fd);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace polygate::app

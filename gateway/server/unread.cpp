#include "gateway/server/unread.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace polygate::server {
namespace {

constexpr std::size_t kAtOnce = 16 * 1'024;

}  // namespace

std::size_t Unread::take_rest(net::TcpSocket socket) {
  std::string bytes;
  net::Fd rest = socket.take_rest(bytes);
  if (bytes.empty() && !rest) return 0;
  held().bytes += bytes;
  held().rest = std::move(rest);
  return bytes.size();
}

std::size_t Unread::read_on() {
  std::array<char, kAtOnce> piece;
  while (held_ && held_->rest) {
    const ssize_t got = ::recv(held_->rest.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      held_->bytes.append(piece.data(), static_cast<std::size_t>(got));
      return static_cast<std::size_t>(got);
    }
    if (got == 0 || errno != EINTR) held_->rest = {};
  }
  return 0;
}

}  // namespace polygate::server

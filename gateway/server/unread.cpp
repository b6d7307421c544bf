#include "gateway/server/unread.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace polygate::server {
namespace {

constexpr std::size_t kAtOnce = 16 * 1'024;

}  // namespace

std::size_t Unread::read_on() {
  std::array<char, kAtOnce> piece;
  while (rest_) {
    const ssize_t got = ::recv(rest_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (got > 0) {
      bytes_.append(piece.data(), static_cast<std::size_t>(got));
      return static_cast<std::size_t>(got);
    }
    if (got == 0 || errno != EINTR) rest_ = {};
  }
  return 0;
}

}  // namespace polygate::server

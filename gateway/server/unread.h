#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/net/fd.h"
#include "gateway/net/tcp_socket.h"

namespace polygate::server {

/// What a peer has said and nobody could take yet: bytes at hand, and, when the socket has gone, what the kernel still
/// hands out. Owned by its connection; no heap while there is nothing.
class Unread {
 public:
  bool is_empty() const { return bytes_.empty(); }
  std::string_view bytes() const { return bytes_; }
  void keep(std::span<const char> bytes) { bytes_.append(bytes.data(), bytes.size()); }
  /// In the socket's close callback: from now on read_on() finds what is left of it.
  void take_rest(net::TcpSocket socket) { rest_ = socket.take_rest(bytes_); }
  /// Reads some of what the kernel holds. How many bytes; 0: there is nothing any more.
  std::size_t read_on();

  /// Hands over what is at hand; `consume` takes from the front of a span, and the rest stays.
  template <class Consume>
  void hand_over(Consume consume) {
    std::string bytes = std::exchange(bytes_, {});
    std::span<char> left(bytes);
    consume(left);
    bytes_.assign(left.data(), left.size());
  }

 private:
  std::string bytes_;
  net::Fd rest_;
};

}  // namespace polygate::server

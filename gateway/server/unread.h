#pragma once
#include <cstddef>
#include <memory>
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
  bool is_empty() const { return !held_ || held_->bytes.empty(); }
  std::string_view bytes() const { return held_ ? held_->bytes : std::string_view(); }
  void keep(std::span<const char> bytes) { held().bytes.append(bytes.data(), bytes.size()); }
  /// In the socket's close callback: what the kernel still holds is at hand, or comes by read_on(). How many bytes are
  /// newly at hand.
  std::size_t take_rest(net::TcpSocket socket);
  /// Reads some of what the kernel holds. How many bytes; 0: there is nothing any more.
  std::size_t read_on();

  /// Hands over what is at hand; `consume` takes from the front of a span, and the rest stays.
  template <class Consume>
  void hand_over(Consume consume) {
    if (is_empty()) return;
    std::string bytes = std::exchange(held_->bytes, {});
    std::span<char> left(bytes);
    consume(left);
    if (!left.empty()) {
      held_->bytes.assign(left.data(), left.size());
    } else if (!held_->rest) {
      held_.reset();
    }
  }

 private:
  struct Held {
    std::string bytes{};
    net::Fd rest{};
  };
  Held& held() {
    if (!held_) held_ = std::make_unique<Held>();
    return *held_;
  }

  std::unique_ptr<Held> held_;
};

}  // namespace polygate::server

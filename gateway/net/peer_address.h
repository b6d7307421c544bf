#pragma once
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace polygate::net {

/// Where a connection comes from. IPv4 is kept as IPv4, also when it arrives on an IPv6 socket.
struct PeerAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< IPv4 in the first four
  bool v4 = true;

  static PeerAddress from(const sockaddr_storage& from);
  std::string text() const;
  /// Whom limits count as one: an IPv4 address, an IPv6 /64 (what one household or server gets).
  PeerAddress household() const;

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
};

struct PeerAddressHash {
  std::size_t operator()(const PeerAddress& address) const noexcept;
};

}  // namespace polygate::net

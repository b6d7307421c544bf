#include "gateway/net/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace polygate::net {

PeerAddress PeerAddress::from(const sockaddr_storage& from) {
  PeerAddress address;
  if (from.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &from, sizeof(v6));
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      std::copy_n(v6.sin6_addr.s6_addr + 12, 4, address.bytes.begin());
    } else {
      std::copy_n(v6.sin6_addr.s6_addr, 16, address.bytes.begin());
      address.v4 = false;
    }
  } else if (from.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof(v4));
    std::memcpy(address.bytes.data(), &v4.sin_addr, 4);
  }
  return address;
}

std::string PeerAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!v4) return ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  char* end = text.data();  // every connection needs its text, and inet_ntop() formats by printf
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), bytes[i]).ptr;
  }
  return {text.data(), end};
}

PeerAddress PeerAddress::household() const {
  PeerAddress same = *this;
  if (!v4) std::fill(same.bytes.begin() + 8, same.bytes.end(), std::uint8_t{0});
  return same;
}

std::size_t PeerAddressHash::operator()(const PeerAddress& address) const noexcept {
  const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
  return std::hash<std::string_view>{}(bytes);
}

}  // namespace polygate::net

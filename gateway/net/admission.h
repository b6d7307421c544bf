#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "gateway/net/peer_address.h"

namespace polygate::net {

/// Who may connect: counts connections by address and by how far they are. Owned by the acceptor, used on its thread.
class Admission {
 public:
  struct Limits {
    std::size_t connections = 0;
    std::size_t per_address = 0;
    std::size_t handshakes = 0;
    std::size_t handshakes_per_address = 0;
  };
  /// The closed set of metrics labels; the first is no refusal.
  enum class Verdict : std::uint8_t { admit, connections, per_address, handshakes, handshakes_per_address };
  static constexpr std::size_t kVerdicts = 5;
  static std::string_view name(Verdict verdict);
  /// 429 when the peer itself is to blame, else 503.
  static int status(Verdict verdict);

  explicit Admission(const Limits& limits) : limits_(limits) {}

  Verdict judge(const PeerAddress& peer) const;
  void admitted(const PeerAddress& peer);
  /// Its first request was complete.
  void established(const PeerAddress& peer);
  void ended(const PeerAddress& peer, bool was_established);

  std::size_t connections() const { return connections_; }
  std::size_t handshakes() const { return handshakes_; }

 private:
  struct Counts {
    std::uint32_t connections = 0;
    std::uint32_t handshakes = 0;
  };
  const Limits limits_;
  std::unordered_map<PeerAddress, Counts, PeerAddressHash> by_address_;
  std::size_t connections_ = 0;
  std::size_t handshakes_ = 0;
};

}  // namespace polygate::net

#include "gateway/server/meter.h"

namespace polygate::server {

std::string_view name(Handshake result) {
  static constexpr std::array<std::string_view, kHandshakes> kNames = {
      "accepted",        "malformed",   "not_found", "not_websocket", "origin",
      "unauthenticated", "unavailable", "late",      "limited",       "lost"};
  return kNames[static_cast<std::size_t>(result)];
}

}  // namespace polygate::server

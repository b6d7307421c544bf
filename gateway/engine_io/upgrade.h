#pragma once
#include <cstdint>
#include <string_view>

#include "gateway/engine_io/websocket.h"

namespace polygate::engine_io {

/// A WebSocket on its way to take over from polling, without loss, reordering or delay (engine.io-protocol, "Upgrade"):
/// it says `2probe`, hears `3probe`, and when the client's polls have ended it says `5`.
class Upgrade {
 public:
  /// Of a handshake that is accepted with this.
  Upgrade(Host& host, const WebSocket& websocket, Instant due);

  enum class Step : std::uint8_t {
    probed,     ///< polls end from now on, whether there is anything for them or not
    done,       ///< the WebSocket is the session's
    abandoned,  ///< the WebSocket goes, polling goes on
  };
  Step message(Host& host, bool text, std::string_view bytes);
  void abandon(Host& host) const { websocket_.tell(host, Command::Kind::close); }

  const WebSocket& websocket() const { return websocket_; }
  /// Its client neither polls nor listens until it has upgraded.
  bool is_probed() const { return is_probed_; }
  /// When it is to be abandoned.
  Instant due() const { return due_; }

 private:
  const WebSocket websocket_;
  const Instant due_;
  bool is_probed_ = false;
};

}  // namespace polygate::engine_io

#include "gateway/engine_io/upgrade.h"

namespace polygate::engine_io {

Upgrade::Upgrade(Host& host, const WebSocket& websocket, Instant due) : websocket_(websocket), due_(due) {
  websocket_.tell(host, Command::Kind::accept);
}

Upgrade::Step Upgrade::message(Host& host, bool text, std::string_view bytes) {
  if (text && bytes == "2probe" && !is_probed_) {
    websocket_.say(host, "3probe");
    is_probed_ = true;
    return Step::probed;
  }
  if (text && bytes == "5" && is_probed_) return Step::done;
  abandon(host);
  return Step::abandoned;
}

}  // namespace polygate::engine_io

#include "gateway/engine_io/websocket.h"

#include <utility>

#include "gateway/dialect/engine_message.h"
#include "gateway/wire/websocket_frame.h"

namespace polygate::engine_io {

bool WebSocket::push(Host& host, const FramePtr& frame, std::string_view scope) const {
  using dialect::EngineEncoding;
  const auto encoding = revision_ == Revision::v4 ? EngineEncoding::websocket_v4 : EngineEncoding::websocket_v3;
  return host.send_frame(connection_, frame, frame->bytes({static_cast<std::uint8_t>(encoding), scope}));
}

void WebSocket::say(Host& host, std::string_view packet) const {
  Command command{Command::Kind::say, connection_};
  wire::append_frame(command.text, wire::Opcode::text, packet);
  host.command(std::move(command));
}

void WebSocket::close(Host& host, std::uint16_t code, std::string_view reason, bool takes_rest) const {
  Command command{Command::Kind::close, connection_};
  // Clients 1.x take the codes that came after RFC 6455 for a broken frame.
  command.code = revision_ == Revision::v3 && code >= 1012 && code <= 1014 ? 1001 : code;
  command.text = reason;
  command.takes_rest = takes_rest;
  host.command(std::move(command));
}

}  // namespace polygate::engine_io

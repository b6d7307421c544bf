#pragma once
#include <cstdint>
#include <string_view>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/engine_io/host.h"

namespace polygate::engine_io {

/// A session's WebSocket, on whatever worker: what it is told, by way of a host.
class WebSocket {
 public:
  WebSocket(const ConnectionRef& connection, Revision revision) : connection_(connection), revision_(revision) {}

  const ConnectionRef& connection() const { return connection_; }
  /// A message, or any packet that waits behind those. False: its outbox is full. `scope` = the Form::scope.
  bool push(Host& host, const FramePtr& frame, std::string_view scope) const;
  /// A packet that overtakes all that waits.
  void say(Host& host, std::string_view packet) const;
  /// Closes it when what waits is written. `takes_rest`: what it has read by now is still handed over.
  void close(Host& host, std::uint16_t code, std::string_view reason, bool takes_rest) const;
  /// Whatever needs no more words.
  void tell(Host& host, Command::Kind kind) const { host.command({kind, connection_}); }

 private:
  ConnectionRef connection_;
  Revision revision_;
};

}  // namespace polygate::engine_io

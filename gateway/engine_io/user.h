#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/dialect/engine_io_packet.h"
#include "gateway/session/session_table.h"

namespace polygate::engine_io {

class Host;

/// Who speaks over a Socket: the namespaces of Socket.IO, or the one session of Engine.IO alone. Owned by the Socket,
/// called on its thread.
class User {
 public:
  virtual ~User() = default;
  /// The handshake is done.
  virtual void opened() = 0;
  /// A message packet.
  virtual void message(const Packet& packet) = 0;
  /// Hand over no more until Socket::resume_input()?
  virtual bool is_full() const = 0;
  /// A sign of life.
  virtual void heard() = 0;
  /// The connection's outbox is full.
  virtual void too_slow() = 0;
  /// Nothing waits for the peer, after Socket::ask_for_drained().
  virtual void drained() = 0;
  virtual bool asks_for_drained() const = 0;
  /// The end of a turn: what could not be done while others were on the stack.
  virtual void settle() = 0;
  /// The WebSocket closes, at our own wish: what it has read before still comes, then closed().
  virtual void closing(session::Gone why) = 0;
  /// It is over. `broken`: so is the conversation, and nobody comes back to it.
  virtual void closed(session::Gone why, bool broken) = 0;
  /// The Form::scope of what was pushed for it.
  virtual std::string_view scope(std::uint16_t index) const = 0;
  /// Bytes so far of a message that is not complete; nothing where each packet is a message.
  virtual std::optional<std::size_t> gathered() const = 0;
  /// The client's, as text.
  virtual std::string_view address() const = 0;
  /// When it gives up waiting for something; then time_is_over() is called once.
  virtual Instant due() const = 0;
  virtual void time_is_over() = 0;
  /// The socket lives with another host from now on.
  virtual void arrived() = 0;
};

}  // namespace polygate::engine_io

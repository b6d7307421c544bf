#pragma once
#include <cstdint>
#include <string>

#include "gateway/routing/frame.h"

namespace polygate::session {

/// How a session ends its connection.
struct Farewell {
  std::uint16_t code = 1000;  ///< of the WebSocket close
  std::string reason;         ///< UTF-8, at most 123 bytes
  bool is_broken = false;     ///< what the peer said was no message: nobody knows what follows
  bool takes_rest = false;    ///< what was read before is still taken
};

/// Whoever carries one session's bytes: a WebSocket connection, a namespace of a Socket.IO client, or a test's list.
/// The session holds a pointer to it, which is cleared before the carrier goes; all calls are on the worker's thread,
/// and none calls back into the SessionTable before it returns.
class Carrier {
 public:
  virtual ~Carrier() = default;
  /// Something to write. False when it does not fit any more: the consumer is too slow, and what had waited is dropped.
  virtual bool push(FramePtr frame) = 0;
  /// May as much as half of what may wait for the peer be pushed now?
  virtual bool has_room() const = 0;
  /// Call SessionTable::drained() once, when nothing waits for the peer.
  virtual void tell_when_drained() = 0;
  /// The session can take messages again after SessionTable::receive() had said that it is full.
  virtual void resume_input() = 0;
  /// Write what waits, then close.
  virtual void close(const Farewell& farewell) = 0;
  /// Ask the peer for a sign of life now; answer with SessionTable::alive() when one comes.
  virtual void probe() = 0;
  /// The session needs it no longer: another carries it, or nothing more of it is taken.
  virtual void let_go() = 0;
};

}  // namespace polygate::session

#pragma once
#include <cstdint>
#include <string>

#include "gateway/routing/ids.h"

namespace polygate::session {

/// Whatever carries the bytes of one worker's sessions: the transport, or a test. Called on the worker's thread only.
/// None of these may call back into the SessionTable before it returns.
class Carrier {
 public:
  virtual ~Carrier() = default;
  /// The session's outbox has something to write. Called once until the outbox was empty again.
  virtual void output(SessionId session) = 0;
  /// The session can take messages again after receive() had said that it is full.
  virtual void input(SessionId session) = 0;
  /// Write what the outbox holds, then close with `code` and `reason` (UTF-8, at most 123 bytes), then remove().
  virtual void end(SessionId session, std::uint16_t code, std::string reason) = 0;
  /// Ask the peer for a sign of life now; answer with SessionTable::alive() when one comes.
  virtual void probe(SessionId session) = 0;
};

}  // namespace polygate::session

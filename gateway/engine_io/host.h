#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/meter.h"
#include "gateway/routing/frame.h"
#include "gateway/routing/ids.h"

namespace polygate::session {
class SessionTable;
}

namespace polygate::engine_io {

class Socket;

/// What a Socket needs from whoever it lives with: a worker, or a test. Connections may be on other threads: whether a
/// command goes by a call or by a letter is the host's secret.
class Host {
 public:
  virtual ~Host() = default;
  virtual Instant now() const = 0;
  /// Call Socket::attend() at the end of the turn.
  virtual void wake(Socket& socket) = 0;
  /// Socket::due() may be nearer than before.
  virtual void arm(Socket& socket) = 0;
  virtual void command(Command command) = 0;
  /// False: the connection's outbox is full. From another thread Input::Kind::slow says so later.
  virtual bool send_frame(const ConnectionRef& to, FramePtr frame, std::string_view bytes) = 0;
  /// For half of what may wait there; false where nobody knows.
  virtual bool has_room(const ConnectionRef& connection) const = 0;
  /// The close code while we are shutting down.
  virtual std::optional<std::uint16_t> drains() const = 0;
  /// How long the last words may take then.
  virtual Millis close_within() const = 0;
  virtual Meter& meter() = 0;
  /// A socket closes for a reason of its own, not by the wish of a session: counted, and told in the log.
  virtual void note_close(std::uint16_t code, std::string_view why, std::string_view address) = 0;
  virtual Log& log() const = 0;
  /// The sessions of its thread, and where else sessions may be.
  virtual session::SessionTable& sessions() = 0;
  virtual WorkerIndex index() const = 0;
  virtual bool knows(WorkerIndex worker) const = 0;
};

}  // namespace polygate::engine_io

#pragma once
#include "gateway/routing/frame.h"
#include "gateway/routing/ids.h"

namespace polygate::session {

/// Where a session's frames go when it shares its connection with others, as the namespaces of Socket.IO do. Belongs to
/// the carrier and outlives its sessions; called on the worker's thread, and never calls back into the SessionTable.
class Line {
 public:
  virtual ~Line() = default;
  /// False when the frame does not fit any more: the consumer is too slow. `session` is not known to anybody else yet
  /// while it is being made.
  virtual bool push(SessionId session, FramePtr frame) = 0;
};

}  // namespace polygate::session

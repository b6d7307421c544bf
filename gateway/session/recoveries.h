#pragma once
#include <optional>

#include "gateway/session/claims.h"
#include "gateway/session/common.h"
#include "gateway/session/deadlines.h"
#include "gateway/session/endings.h"
#include "gateway/session/replayer.h"
#include "gateway/session/sessions.h"

namespace polygate::session {

/// Sessions that outlive their connection (socket.io documentation, "Connection state recovery"): detached, they wait
/// for their client to come back on another one.
class Recoveries {
 public:
  Recoveries(Common& common, Sessions& sessions, Deadlines& deadlines, Endings& endings, Claims& claims,
             Replayer& replayer);

  /// Its carrier is no more. False: it is to be ended.
  bool detach(Session& session);
  /// See SessionTable.
  std::optional<Resumed> resume(const Resumption& resumption);
  /// Deadline::detached
  void not_resumed(Session& session);
  /// Ends all that wait.
  void end_all();

 private:
  Common& common_;
  Sessions& sessions_;
  Deadlines& deadlines_;
  Endings& endings_;
  Claims& claims_;
  Replayer& replayer_;
};

}  // namespace polygate::session

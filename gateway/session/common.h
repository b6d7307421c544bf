#pragma once
#include "gateway/session/meter.h"
#include "gateway/session/session.h"
#include "gateway/turns/services.h"

namespace polygate::session {

/// What all parts of one worker's SessionTable know.
struct Common {
  const WorkerIndex worker;
  const turns::Services& services;
  Meter meter;
  bool is_draining = false;  ///< we are shutting down

  Meter::Profile& counts(const Session& session) { return meter.profiles[session.profile_index]; }
};

}  // namespace polygate::session

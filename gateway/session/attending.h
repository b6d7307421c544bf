#pragma once
#include "gateway/session/common.h"

namespace polygate::session {

/// Where its profile has `presence` for the topic: tells the Exchange that the session is the first of this worker
/// there, or has the claim; or that it was the last one, or has it no more.
void tell_came(Common& common, const Session& session, const Topic& topic);
void tell_went(Common& common, const Session& session, const Topic& topic);

}  // namespace polygate::session

#pragma once
#include "gateway/session/common.h"
#include "gateway/turns/turn.h"

namespace polygate::session {

/// Counts and logs what became of a turn.
void note_verdict(Common& common, const turns::Turn& turn, const rules::Verdict& verdict);

}  // namespace polygate::session

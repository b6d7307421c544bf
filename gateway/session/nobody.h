#pragma once
#include <cstdint>

#include "gateway/session/common.h"
#include "gateway/session/dispatch.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// Begins the turn of a rule that nobody sends: what is begun is still to be taken (TurnTable::take).
turns::Turn& begin_for_nobody(const Common& common, const Dispatch& dispatch, turns::TurnTable& turns,
                              std::uint16_t profile_index, const profile::Rule& rule);

}  // namespace polygate::session

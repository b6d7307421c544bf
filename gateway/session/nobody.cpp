#include "gateway/session/nobody.h"

namespace polygate::session {

turns::Turn& begin_for_nobody(const Common& common, const Dispatch& dispatch, turns::TurnTable& turns,
                              std::uint16_t profile_index, const profile::Rule& rule) {
  turns::Turn& turn = turns.begin(profile_index);
  turn.sender.is_nobody();
  turn.rule = &rule;
  turn.event_index = dispatch.unknown(profile_index);
  turn.run.emplace(*common.services.profiles[profile_index], rule, turn.sender, *common.services.clock, turn.name,
                   nullptr);
  return turn;
}

}  // namespace polygate::session

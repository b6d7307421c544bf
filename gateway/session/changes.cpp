#include "gateway/session/changes.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace polygate::session {
namespace {

/// Does any of it come back to whoever sends it? What a session says when it opens is not waited for: it has not been
/// told yet what its first topics keep.
bool hears_itself(const Session& session, const Exchange::Batch& sends) {
  return !session.ending && session.phase != Session::Phase::opening &&
         std::any_of(sends.begin(), sends.end(), [&](const Exchange::Sending& one) {
           return one.frame && one.except != session.id() && session.inside(one.topic);
         });
}

}  // namespace

Changes::Changes(Common& common, Paused& paused, Claims& claims, Memberships& memberships, Identities& identities,
                 turns::TurnTable& turns)
    : common_(common),
      paused_(paused),
      claims_(claims),
      memberships_(memberships),
      identities_(identities),
      turns_(turns) {}

void Changes::begin(Session& session, turns::Turn& turn) {
  rules::Effects& effects = turn.run->effects();
  session.is_changing = true;
  if (effects.identity) identities_.authenticated(session, std::move(effects.identity));
  if (effects.role) identities_.take_role(session, *effects.role);
  if (effects.variables.is_object()) session.set(effects.variables);
  const auto is_barred = [&](const Topic& topic) {
    return std::find(turn.barred.begin(), turn.barred.end(), topic) != turn.barred.end();
  };
  for (Topic& topic : effects.claimed) {
    if (is_barred(topic)) {
      common_.services.exchange->release(common_.worker, topic, std::exchange(turn.fence, 0),
                                         [this, id = turns_.expect(turn)] { turns_.came(id); });
    } else if (turn.fence > turn.lost) {
      claims_.gained(session, std::move(topic), turn.fence);
    }
  }
  for (const Topic& topic : effects.join) {
    if (!session.inside(topic) && !is_barred(topic)) memberships_.join(session, topic, false);
  }
  if (memberships_.has_to_ask()) {
    memberships_.ask(session, [this, id = turns_.expect(turn)](Exchange::AllJoined all) {
      if (turns::Turn* asked = turns_.find(id)) asked->joined = std::move(all);
      turns_.came(id);
    });
  }
  const bool has_own_copy = hears_itself(session, effects.sends);
  publish(turn);
  if (has_own_copy)
    common_.services.exchange->echo(common_.worker, [this, id = turns_.expect(turn)] { turns_.came(id); });
  for (const Topic& topic : effects.leave) {
    if (Membership* membership = session.find(topic)) {
      memberships_.leave(session, *membership, [this, id = turns_.expect(turn)] { turns_.came(id); });
    }
  }
}

void Changes::publish(turns::Turn& turn) {
  Exchange::Batch& sends = turn.run->effects().sends;
  if (sends.empty()) return;
  common_.services.exchange->publish(
      common_.worker, std::move(sends),
      [this, id = turns_.expect(turn), asked = paused_.now()](Exchange::Published published) {
        if (turns::Turn* sender = turns_.find(id)) {
          note_published(sender->profile_index, published, asked);
          sender->published = std::move(published);
        }
        turns_.came(id);
      });
}

/// Who is pressed is waited for, unless that is over: of `published` those are left for which the sender should pause.
void Changes::note_published(std::uint16_t profile, Exchange::Published& published, Paused::Moment asked) {
  for (const Exchange::NotKept& one : published.not_kept) {  // the Exchange has counted it
    const std::string_view limit = name(one.limit);
    common_.services.log->write_rarely(
        limit, Level::warn,
        one.refused ? "a message was not sent, as it cannot stay" : "a message was sent and not kept",
        {{"limit", limit}, {"profile", common_.services.profiles[profile]->name}, {"topic", one.topic.text()}});
  }
  std::erase_if(published.pressed, [&](WorkerIndex at) { return !paused_.await(at, asked); });
}

}  // namespace polygate::session

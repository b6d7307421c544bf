#include "gateway/session/endings.h"

#include <cstdint>
#include <string>
#include <utility>

#include "gateway/base/reason.h"

namespace polygate::session {

Endings::Endings(Common& common, Sessions& sessions, Deadlines& deadlines, Paused& paused, turns::TurnTable& turns,
                 GoOn go_on)
    : common_(common),
      sessions_(sessions),
      deadlines_(deadlines),
      paused_(paused),
      turns_(turns),
      go_on_(std::move(go_on)) {}

void Endings::end(Session& session, const Farewell& farewell, std::optional<Dropped> why) {
  if (!session.ending) {
    const bool had_carrier = session.carrier != nullptr;
    begin(session);
    if (had_carrier) {
      ++common_.meter.closes[farewell.code];
      Farewell said = farewell;
      said.takes_rest = !why;
      session.carrier->close(said);
    }
  } else if (why && session.carrier != nullptr) {
    session.carrier->let_go();       // it still handed over what it had read
    began_.push_back(session.id());  // nobody hangs up any more
  }
  if (why) silence(session, *why);
}

void Endings::end_behind(Session& session, const Farewell& farewell, Dropped why) {
  if (!session.replays || session.ending) return end(session, farewell, why);
  if (session.is_leaving()) return;
  session.replays->farewell = std::make_unique<Farewell>(farewell);
  take_no_more(session, why);
  deadlines_.clear(session, Deadline::role);
  deadlines_.set(session, Deadline::finish, session.profile->limits.finish_within);
}

void Endings::left(Session& session) {
  const std::unique_ptr<Farewell> farewell = std::move(session.replays->farewell);
  end(session, *farewell, session.silenced);
}

void Endings::cut_slow(Session& session) {
  ++common_.counts(session).slow_consumers;
  common_.services.log->write_rarely(
      "limit outbox_bytes", Level::warn, "slow consumer cut",
      {{"limit", "outbox_bytes"}, {"profile", session.profile->name}, {"address", session.address()}});
  end(session, {1013, "slow consumer: limit outbox_bytes"}, std::nullopt);
}

void Endings::replaced(Session& session) {
  end(session, {close_code(Reason::taken), "replaced by a new connection"}, Dropped::replaced);
}

void Endings::hang_up(Session& session, bool more) {
  if (!session.ending) begin(session);
  if (more) return;
  let_go(session);
  began_.push_back(session.id());
}

void Endings::begin(Session& session) {
  if (session.is_detached()) --common_.counts(session).detached;
  session.ending = true;
  ++common_.counts(session).ending;
  session.replays.reset();
  if (session.early) std::erase_if(session.early->all, [](const Early::One& one) { return one.order == nullptr; });
  paused_.remove(session);
  deadlines_.clear(session, Deadline::role);
  deadlines_.set(session, Deadline::finish, session.profile->limits.finish_within);
  for (const Membership& membership : session.memberships) {
    if (membership.claim) common_.services.exchange->ending(common_.worker, *membership.claim, membership.fence);
  }
  turns_.sender_ends(session.turn);
  began_.push_back(session.id());
}

void Endings::silence(Session& session, Dropped why) {
  take_no_more(session, why);
  let_go(session);
}

void Endings::take_no_more(Session& session, Dropped why) {
  if (session.silenced) return;
  session.silenced = why;
  if (session.has_waiting()) {
    const std::size_t count = session.waiting->messages.size();
    common_.counts(session).dropped[static_cast<std::size_t>(why)] += count;
    common_.services.log->write_rarely("dropped " + std::string(name(why)), Level::info, "events dropped",
                                       {{"why", name(why)},
                                        {"events", static_cast<std::int64_t>(count)},
                                        {"profile", session.profile->name},
                                        {"address", session.address()}});
  }
  session.waiting.reset();
}

void Endings::let_go(Session& session) {
  session.carrier = nullptr;
  session.full = false;
}

void Endings::settle() {
  if (settling_) return;
  settling_ = true;
  while (!began_.empty()) {
    settled_.clear();
    settled_.swap(began_);
    for (const SessionId id : settled_) {
      if (Session* session = sessions_.find(id)) go_on_(*session);
    }
  }
  settling_ = false;
}

}  // namespace polygate::session

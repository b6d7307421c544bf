#pragma once
#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/session/claims.h"
#include "gateway/session/endings.h"
#include "gateway/session/identities.h"
#include "gateway/session/memberships.h"
#include "gateway/session/session_table.h"
#include "gateway/turns/turn_table.h"

namespace polygate::session {

/// What is behind a SessionTable. Split over table_*.cpp by what happens to a session: it opens, an event goes through,
/// effects are applied, it ends.
struct SessionTable::State final : turns::TurnTable::Ends {
  struct Dispatch {
    std::uint16_t index = 0;
    const std::vector<profile::Rule>* rules = nullptr;
  };
  struct ProfileEntry {
    std::unordered_map<std::string_view, Dispatch> events;
    std::uint16_t unknown_index = 0;
  };
  /// A rule of `every`, and its latest turn.
  struct Timed {
    std::uint16_t profile = 0;
    const profile::Rule* rule = nullptr;
    turns::TurnId turn;
  };

  State(WorkerIndex worker, const turns::Services& services);

  // table_sessions.cpp
  SessionId make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                 auth::IdentityPtr identity);
  void opened(SessionId id, Exchange::AllJoined all);
  void set_query_defaults(Session& session);
  void free(Session& session);
  void finish_now(Session& session);

  // table_events.cpp
  bool receive(Session& session, const dialect::Message& message);
  void process(Session& session, const dialect::Message& message);
  const profile::Rule* rule_for(const Session& session, turns::Turn& turn, std::optional<Failure>& failure);
  void go_on(Session& session);
  void take(Session& session, turns::Turn& turn);
  void take_one_waiting(Session& session);
  void take_waiting(Session& session);
  void take_phase_rules(Session& session);
  turns::Turn& begin(Session& session);
  void refuse(Session& session, turns::Turn& turn, const Failure& failure);
  void note(const turns::Turn& turn, const rules::Verdict& verdict);
  void take_timed_rule(std::size_t index);
  bool go_on_paused();

  // turns::TurnTable::Ends
  void done(turns::Turn& turn) override;
  void happened(turns::Turn& turn) override;
  void overdue(turns::Turn& turn) override;
  void go_on(SessionId requester) override;

  // table_effects.cpp
  void change(Session& session, turns::Turn& turn);
  void publish(turns::Turn& turn);
  void note_published(std::uint16_t profile, Exchange::Published& published, Paused::Moment asked);
  void say(Session& session, rules::Effects& effects);

  // table_claims.cpp
  void direct(const Direct& direct);
  void tick();
  void take_due(Session& session, Deadline deadline);

  // table_recovery.cpp
  bool detach(Session& session);
  std::optional<Resumed> resume(Session& session, const Resumption& resumption);

  Common common;
  const WorkerIndex worker = common.worker;
  const turns::Services& services = common.services;
  Sessions sessions;
  Deadlines deadlines;
  Paused paused;
  Endings endings;
  turns::TurnTable turns;
  Handover handover;
  Replayer replayer;
  Hearing hearing;
  Claims claims;
  Memberships memberships;
  Identities identities;
  TimerQueue<std::size_t> timed_due;  ///< by index of `timed`
  std::vector<Timed> timed;
  std::vector<ProfileEntry> index;
};

}  // namespace polygate::session

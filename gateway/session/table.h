#pragma once
#include <algorithm>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/session/endings.h"
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

  /// How much may be pushed at once.
  struct Room {
    std::size_t left = 0;
    bool is_drained = false;  ///< nothing waits for the peer: one message goes, however large

    bool take(std::size_t weight) {
      if (weight > left && !is_drained) return false;
      left -= std::min(left, weight);
      is_drained = false;
      return true;
    }
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
  void push(Session& session, FramePtr frame);
  void hand_over(Session& session, FramePtr frame);
  void remember(Session& session, const Question& question);
  void authenticated(Session& session, auth::IdentityPtr identity);
  void take_role(Session& session, profile::RoleIndex role);

  // table_topics.cpp
  Membership* find_built_in(Session& session, std::string_view family);
  void join_built_in(Session& session, std::string_view family, std::string_view name);
  void leave_built_in(Session& session, std::string_view family);
  void join(Session& session, const Topic& topic, bool built_in);
  void ask_to_join(const Session& session, Done<Exchange::AllJoined> done);
  std::vector<Replays::One> arrive(Session& session, Exchange::AllJoined& all);
  void leave(Session& session, Membership& membership, Done<> done);
  void leave_all(Session& session);
  void deliver(const Delivery& delivery);
  void direct(const Direct& direct);
  void lose(Session& session, Fence fence);
  bool may_gain(const Session& session, Fence fence);
  void hear(Session& session, const FramePtr& frame);
  void hold(Session& session, Early::One one);
  void hear_early(Session& session);

  // table_replays.cpp
  void replay(Session& session, std::vector<Replays::One> joined);
  void go_on_replaying(Session& session);
  void replay_some(Session& session, bool is_drained);
  bool replay_one(Session& session, Room& room);
  bool ask_for_more(Session& session);
  void told_more(SessionId id, std::uint32_t question, KeptPart part);
  void push_behind(Session& session, FramePtr frame);

  // table_claims.cpp
  void ask_for_life(Session* session, const Direct& direct);
  void answer_askers(Session& session, Direct::Kind kind);
  void tick();
  void take_due(Session& session, Deadline deadline);

  // table_recovery.cpp
  bool detach(Session& session);
  std::optional<Resumed> resume(Session& session, const Resumption& resumption);
  void note_said(Session& session, const FramePtr& frame);

  Common common;
  const WorkerIndex worker = common.worker;
  const turns::Services& services = common.services;
  Sessions sessions;
  Deadlines deadlines;
  Paused paused;
  Endings endings;
  LocalTopics topics;
  TimerQueue<std::size_t> timed_due;  ///< by index of `timed`
  std::vector<Timed> timed;
  std::vector<Topic> to_join;       ///< by what is in hand
  std::uint32_t last_question = 0;  ///< for more of what is kept
  std::vector<ProfileEntry> index;
  turns::TurnTable turns;
};

}  // namespace polygate::session

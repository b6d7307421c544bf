#pragma once
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/session/session.h"
#include "gateway/session/session_table.h"
#include "gateway/session/timers.h"

namespace polygate::session {

/// What is behind a SessionTable. Split over table_*.cpp by what happens to a session: it opens, an event goes through,
/// effects are applied, it ends.
struct SessionTable::State {
  struct Dispatch {
    std::uint16_t index = 0;
    const std::vector<profile::Rule>* rules = nullptr;
  };
  struct ProfileEntry {
    std::unordered_map<std::string_view, Dispatch> events;
    std::uint16_t unknown_index = 0;
  };
  struct Ending {
    SessionId session;
    std::uint16_t code = 0;
    std::string reason;
  };

  State(WorkerIndex worker, const Services& services, Carrier& carrier);

  // table_sessions.cpp
  Session* find(SessionId id);
  Session* find_live(SessionId id);  ///< one that still hears
  SessionId make(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                 auth::IdentityPtr identity);
  void free(Session& session);
  void make_nobody(std::uint16_t profile);
  void take_timed_rule(Session& nobody, std::uint32_t rule);
  /// Ends what was doomed meanwhile; the last thing that every entry does, because ends run rules that send.
  void settle();
  void doom(Session& session, std::uint16_t code, std::string reason);
  void finish(Session& session, std::uint16_t code, std::string reason);
  void hang_up(Session& session);

  // table_events.cpp
  bool receive(Session& session, const dialect::Message& message);
  void process(Session& session, const dialect::Message& message);
  void drain_inbox(Session& session);
  void take_rule(Session& session, const profile::Rule& rule);
  void take_phase_rules(Session& session);
  void go_on(Session& session, std::unique_ptr<Job> job);
  void answered(SessionId id, std::uint32_t ticket, profile::Answer answer);
  void after_job(Session& session);
  void refuse(Session& session, Job& job, const Failure& failure);
  void note(Session& session, const Job& job, const profile::Verdict& verdict);
  std::unique_ptr<Job> spare_job();
  void recycle(std::unique_ptr<Job> job);

  // table_effects.cpp
  void apply(Session& session, profile::Effects& effects);
  void push(Session& session, FramePtr frame);
  void remember(Session& session, const Question& question);
  void cut_slow(Session& session);
  void authenticated(Session& session, auth::IdentityPtr identity);
  void take_role(Session& session, profile::RoleIndex role);
  void join_built_in(Session& session, std::string_view family, std::string_view name);
  void leave_built_in(Session& session, std::string_view family);
  LocalTopic* join(Session& session, const Topic& topic, bool built_in);
  void leave(Session& session, Membership& membership);
  void leave_all(Session& session);
  void replay(Session& session, LocalTopic& topic);
  void deliver(const Delivery& delivery);
  void direct(const Direct& direct);

  // table_claims.cpp
  void claim(Session& session, const Topic& topic, Taken when_taken);
  void claim_answer(SessionId id, std::uint32_t ticket, const Topic& topic, Taken when_taken,
                    const Exchange::Claim& claim);
  void probe_owner(Session& session, const Topic& topic, SessionId owner);
  void probe_failed(Session& session);
  void owner_is_alive(const Direct& direct);
  void tick();

  // table_recovery.cpp
  bool detach(Session& session);
  std::optional<Resumed> resume(Session& session, const Resumption& resumption);
  void note_said(Session& session, const FramePtr& frame);
  void answer_askers(Session& session, Direct::Kind kind);

  void later(Session& session, TimerKind kind, Millis in, std::uint32_t ticket);

  const WorkerIndex worker;
  const Services& services;
  Carrier& carrier;
  std::vector<std::unique_ptr<Session>> slots;
  std::vector<std::uint32_t> free_slots;
  std::size_t live = 0;
  LocalTopics topics;
  Timers timers;
  std::vector<Ending> doomed;
  bool settling = false;
  bool nobody_waits = false;  ///< for its client, any more
  bool advancing = false;     ///< a run is on the stack: answers reach it without being gone on with
  std::vector<std::pair<Session*, LocalTopic*>> to_replay;  // joined by the effects in hand
  std::unique_ptr<Job> spare;
  json::Document scratch;
  std::vector<ProfileEntry> index;
  Meter meter;
};

}  // namespace polygate::session

#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/profile/run.h"
#include "gateway/profile/subject.h"
#include "gateway/routing/secret_id.h"
#include "gateway/session/history.h"
#include "gateway/session/local_topics.h"
#include "gateway/session/outbox.h"
#include "gateway/session/session_table.h"
#include "gateway/session/token_bucket.h"

namespace polygate::session {

/// One topic that a session is on.
struct Membership {
  LocalTopic* local = nullptr;   ///< joined; null when claimed
  std::uint32_t index = 0;       ///< among the local topic's members
  bool built_in = false;         ///< `user/` or `role/`: not counted, not listed
  std::unique_ptr<Topic> claim;  ///< claimed; null when joined

  const Topic& topic() const { return claim ? *claim : local->topic; }
};

/// An event on its way: what it was decoded into, and the run that takes it through its rule.
struct Job {
  json::Document document;
  std::string raw;  ///< the message's own bytes, when the dialect parses none and the rule may wait
  dialect::Event event;
  std::string name;
  const profile::Rule* rule = nullptr;
  std::uint16_t event_index = 0;
  std::uint64_t started = 0;  ///< Clock::nanoseconds()
  std::optional<profile::Run> run;
};

/// A message that waits for its turn.
struct Waiting {
  bool text = true;
  std::string message;
  std::optional<std::uint64_t> ack;
  dialect::Attachments attachments;
};

/// How a session outlives its connection.
struct Recovery {
  SecretId key;            ///< whoever knows it may resume the session
  std::string name_space;  ///< where it is resumed
  History history;
  std::uint32_t losses = 0;
};

/// One client connection, without its socket. Owned by its worker's SessionTable; touched only on that worker's thread.
/// Events are handled one at a time, in order. After `closing` it hears nothing.
class Session final : public profile::Subject {
 public:
  enum class Phase : std::uint8_t {
    opening,  ///< its opened rules are being taken
    open,
    doomed,   ///< hears nothing any more; ended before the table's caller gets control back
    closing,  ///< its closed rules are being taken
    closed,
  };

  Session(SessionId id, std::uint16_t profile_index, const profile::ProfilePtr& profile,
          const profile::Endpoint& endpoint, Opening opening);

  SessionId id() const override { return id_; }
  profile::RoleIndex role() const override { return current_role; }
  const auth::IdentityPtr& identity() const override { return who; }
  std::string_view user() const override;
  std::string_view address() const override { return address_; }
  const Json* variables() const override { return variables_.get(); }
  std::vector<std::string> joined(std::string_view family) const override;
  bool inside(const Topic& topic) const override;
  std::size_t memberships_left() const override;
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override;
  const Json& auth() const override { return auth_ ? *auth_ : Subject::auth(); }

  Membership* find(const Topic& topic);
  void set(const Json& variables);
  /// The value that a known query parameter has when the client did not give one.
  void set_query_default(const std::string& name, std::string value);
  bool has_query(std::string_view name) const { return parameter(profile::Root::query, name).has_value(); }

  /// It has lost its connection, and waits for its client.
  bool is_detached() const { return recovery && line == nullptr; }
  void set_address(std::string address) { address_ = std::move(address); }

  const profile::ProfilePtr profile;
  const profile::Endpoint& endpoint;
  const std::uint16_t profile_index;
  Phase phase = Phase::opening;
  bool full = false;       ///< receive() said so; Carrier::input() is owed
  bool is_nobody = false;  ///< stands for no connection: timed rules are taken on its behalf
  bool removed = false;    ///< the transport has gone; freed when its last run is done
  bool announced = false;  ///< Carrier::output() was called and the outbox was not empty since
  profile::RoleIndex current_role;
  std::uint16_t next_rule = 0;  ///< of the opened or closed rules
  std::uint32_t ticket = 0;     ///< of the question that is open; an answer with another one is late
  auth::IdentityPtr who;
  std::string endpoint_user;
  Line* line;                          ///< where frames go instead of into the outbox; usually null
  std::unique_ptr<Recovery> recovery;  ///< null: ends with its connection
  Outbox outbox;
  std::unique_ptr<std::deque<Question>> questions;  ///< what the peer was asked to acknowledge, the oldest first
  TokenBucket bucket;
  std::vector<Membership> memberships;
  std::unique_ptr<Job> job;  ///< what waits for an answer
  std::unique_ptr<std::deque<Waiting>> inbox;
  std::size_t inbox_bytes = 0;
  std::unique_ptr<Topic> probed;  ///< the claim that its run waits for while the owner is asked for a sign of life
  SessionId probed_owner;
  std::vector<SessionId> askers;  ///< who wants a sign of life from this one; usually none
  std::shared_ptr<const std::string> asked_topic;

 private:
  struct Parameters {
    std::vector<std::pair<std::string, std::string>> path;
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  SessionId id_;
  std::string address_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<Json> variables_;
  std::unique_ptr<Json> auth_;
};

}  // namespace polygate::session

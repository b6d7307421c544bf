#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/routing/secret_id.h"
#include "gateway/session/carrier.h"
#include "gateway/session/deadlines.h"
#include "gateway/session/dropped.h"
#include "gateway/session/history.h"
#include "gateway/session/local_topics.h"
#include "gateway/session/paused.h"
#include "gateway/session/session_table.h"
#include "gateway/session/token_bucket.h"
#include "gateway/turns/turn.h"

namespace polygate::session {

/// One topic that a session is on.
struct Membership {
  LocalTopic* local = nullptr;   ///< joined; null when claimed
  std::uint32_t index = 0;       ///< among the local topic's members
  bool built_in = false;         ///< `session/`, `user/` or `role/`: not counted, not listed
  bool is_value = false;         ///< Topic::is_value, as this session named it
  bool of_opening = false;       ///< since its `opened` rules: it stays when its user changes
  std::unique_ptr<Topic> claim;  ///< claimed; null when joined
  Fence fence = 0;               ///< of the claim

  const Topic& topic() const { return claim ? *claim : local->topic; }
  Topic as_named() const { return {topic().kind, is_value, topic().key}; }
};

/// The messages that wait for their turn.
struct Waiting {
  struct One {
    bool text = true;
    std::string message;
    std::optional<std::uint64_t> ack;
    dialect::Attachments attachments;
  };
  std::deque<One> messages;
  std::size_t bytes = 0;
};

/// A session that wants the claim on `topic`.
struct Asker {
  SessionId session;
  std::shared_ptr<const std::string> topic;
};

/// What topics kept before a session came, on its way to it: as much at a time as its outbox has room for. What is said
/// meanwhile waits behind, within the same bound; what a later join finds comes behind that.
struct Replays {
  struct One {
    Topic topic;
    Position since;                 ///< when the session joined: what came later reached it as a member
    KeptPart part;                  ///< what is to be said next
    std::size_t said = 0;           ///< of that
    Position after;                 ///< what came before is said
    std::deque<FramePtr> behind{};  ///< what is said when all of that is
  };
  std::deque<One> topics;      ///< never empty
  std::uint32_t question = 0;  ///< for more of the first topic; 0 = none is open
  bool is_asking = false;      ///< whoever asks goes on, if the answer comes at once
  std::size_t behind_weight = 0;
  std::unique_ptr<Farewell> farewell{};  ///< the session ends behind all of it; nothing comes behind that
};

/// What came while the effects of the session's turn take place: it is heard behind what that replies. And what came
/// before the answer that says whether it is for the session: on topics that it is joining, and for a claim that its
/// turn has asked for.
struct Early {
  struct One {
    LocalTopic* topic = nullptr;  ///< for who has joined it before `position`
    Position position;
    Fence fence = 0;  ///< for who holds it; without either it is for the session
    FramePtr frame;
    OrderPtr order{};  ///< instead of a frame
  };
  std::vector<One> all;
  std::size_t weight = 0;
};

/// How a session outlives its connection.
struct Recovery {
  SecretId key;            ///< whoever knows it may resume the session
  std::string name_space;  ///< where it is resumed
  History history;
};

/// One client, without its socket. Owned by its worker's SessionTable; touched only on that worker's thread. Its turns
/// come one at a time, in order. It outlives its connection until what was read is taken and its `closed` rules are
/// done.
class Session final : public turns::Living {
 public:
  enum class Phase : std::uint8_t {
    opening,  ///< its opened rules are being taken
    open,
    closing,  ///< its closed rules are being taken
  };

  Session(SessionId id, std::uint16_t profile_index, const profile::ProfilePtr& profile,
          const profile::Endpoint& endpoint, Opening opening);

  SessionId id() const override { return id_; }
  std::string name() const override;
  profile::RoleIndex role() const override { return current_role; }
  const auth::IdentityPtr& identity() const override { return who; }
  std::string_view user() const override;
  std::string_view endpoint_user() const override;
  std::string_view address() const override { return address_; }
  std::size_t dialect() const override { return endpoint.dialect; }
  const Json* variables() const override { return variables_.get(); }
  std::vector<Topic> joined(std::string_view family) const override;
  bool inside(const Topic& topic) const override;
  std::vector<Topic> gained() const override;
  std::size_t memberships_left() const override;
  std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const override;
  const Json& auth() const override;
  std::unique_ptr<const rules::Subject> portrait() const override;

  Membership* find(const Topic& topic);
  Membership* find(Fence fence);
  void set(const Json& variables);

  bool hears() const { return carrier != nullptr && !ending; }
  /// It has lost its connection, and waits for its client.
  bool is_detached() const { return recovery && carrier == nullptr && !ending; }
  /// It is told what it is owed, and then it ends.
  bool is_leaving() const { return replays && replays->farewell; }
  bool has_waiting() const { return waiting && !waiting->messages.empty(); }
  void set_address(std::string address) { address_ = std::move(address); }

  const profile::ProfilePtr profile;
  const profile::Endpoint& endpoint;
  const std::uint16_t profile_index;
  Phase phase = Phase::opening;
  bool is_joining = false;          ///< its first topics; its opened rules wait for that
  bool is_changing = false;         ///< what its turn does takes place
  bool full = false;                ///< receive() said so; Carrier::resume_input() is owed
  bool ending = false;              ///< it hears nothing any more; what was read is still taken
  std::optional<Dropped> silenced;  ///< what it says is not taken any more
  const profile::RoleIndex start_role;
  profile::RoleIndex current_role;
  std::uint16_t next_rule = 0;  ///< of the opened or closed rules
  auth::IdentityPtr who;
  std::shared_ptr<const void> place;                ///< see Opening
  Carrier* carrier;                                 ///< null: detached, or gone with nothing left to hand over
  std::unique_ptr<Replays> replays;                 ///< usually null
  std::unique_ptr<Early> early;                     ///< usually null
  std::unique_ptr<Recovery> recovery;               ///< null: ends with its connection
  std::unique_ptr<std::deque<Question>> questions;  ///< what the peer was asked to acknowledge, the oldest first
  TokenBucket bucket;
  std::vector<Membership> memberships;
  turns::TurnId turn;                             ///< in flight, and waited for
  turns::TurnId overdue;                          ///< in flight, for nobody
  std::unique_ptr<Waiting> waiting;               ///< usually null
  std::unique_ptr<std::deque<OrderPtr>> ordered;  ///< what it is to join, before it says more; usually null
  Paused::Number paused = 0;                      ///< it takes no turn: one filled a worker's mailbox; 0 = it does
  TimerQueue<Timer>::Id role_timer;               ///< see Deadlines
  TimerQueue<Timer>::Id token_timer;
  TimerQueue<Timer>::Id end_timer;             ///< of what ends it: nobody came back, or finish_within is over
  std::unique_ptr<std::vector<Asker>> askers;  ///< who want a sign of life, or wait for its end; usually null

 private:
  /// What the handshake told that rules may name. Does not change any more when the session is open.
  struct Handshake {
    std::vector<std::pair<std::string, std::string>> path;
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<std::pair<std::string, std::string>> headers;
    Json auth;
    std::string user;  ///< who it is by its endpoint, while no identity says otherwise
    std::string name;  ///< its id in its endpoint's form; empty: as it is

    std::optional<std::string_view> parameter(profile::Root where, std::string_view name) const;
  };
  class Portrait;

  SessionId id_;
  std::string address_;
  std::shared_ptr<Handshake> handshake_;  ///< null when it told nothing
  std::unique_ptr<Json> variables_;
};

}  // namespace polygate::session

#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/reason.h"
#include "gateway/base/yaml.h"
#include "gateway/dialect/dialect.h"
#include "gateway/profile/counter.h"
#include "gateway/profile/emits.h"
#include "gateway/profile/failures.h"
#include "gateway/profile/limits.h"
#include "gateway/profile/template.h"
#include "gateway/routing/exchange.h"
#include "gateway/routing/topic.h"
#include "gateway/schema/schema.h"

/// A profile as the gateway runs it: read once from YAML, checked, immutable, shared by all threads. profiles/README.md
/// is the language's manual; read.h makes these from YAML, check.h holds them against schemas, verifiers and plugins,
/// and run.h takes one event through one rule.
namespace polygate::profile {

/// Index into Profile::roles.
using RoleIndex = std::uint16_t;

struct Origins {
  enum class Kind : std::uint8_t { same_host, any, list };
  Kind kind = Kind::same_host;
  std::vector<std::string> list;  ///< exact: scheme://host[:port]
};

struct PingPolicy {
  Millis every{25'000};  ///< 0 = this endpoint's clients are never pinged
  Millis timeout{20'000};
  /// Engine.IO 3, where clients ping: browsers fire the timers of a hidden tab once a minute.
  Millis client_timeout{60'000};
};

/// How a profile on Engine.IO or Socket.IO meets its clients.
/// How a session of Socket.IO outlives its connection (socket.io documentation, "Connection state recovery").
struct RecoverySettings {
  Millis within{0};               ///< how long it waits for its client; 0 = not at all
  std::size_t events = 1'000;     ///< that it can be told again, of half `outbox_bytes` together
  std::size_t sessions = 10'000;  ///< that wait on one worker; one more ends with its connection
};

struct EngineSettings {
  bool v3 = true;  ///< Engine.IO 3: Socket.IO clients 1.x and 2.x
  bool v4 = true;
  bool polling = true;
  bool websocket = true;
  std::string cookie;             ///< name of the cookie with the engine's id; empty = none
  Millis connect_within{45'000};  ///< from the handshake to the first namespace
  Millis upgrade_within{10'000};  ///< from the probe to the end of the upgrade
  std::size_t attachments = 10;   ///< of one message; clients accept no more (socket.io-parser 4.2.6)
  std::size_t body_bytes = 0;     ///< of one POST; 0 = four messages: old clients put all that waits into one
  enum class Repair : std::uint8_t { automatic, always, never };
  Repair repair_utf8 = Repair::automatic;            ///< text that clients 1.x encode twice when they poll
  std::size_t connect_bytes = std::size_t{8} << 10;  ///< of what a client connects to a namespace with, if it is kept
  RecoverySettings recovery;
};

/// `handler`, and `look`.
struct HandlerStep {
  std::string name;  ///< plugin.handler, plugin.look
  Shape with;
  bool has_with = false;
  std::optional<Shape> data;  ///< instead of the event's
  Emits emits;
  Place place;
  std::shared_ptr<const schema::Schema> result{};  ///< of what it says; null: that may be anything
};

/// One of the verifiers that may say who somebody is.
struct Judge {
  std::string verifier;
  std::vector<RoleIndex> roles;  ///< what its users become: the first, or which of them the look picks; empty: nothing
  Place place;
};

/// Who the sender is: in a rule, or in the handshake of an endpoint.
struct AuthenticateStep {
  std::vector<Text> tokens;            ///< each one path; the first that is there is taken
  std::vector<Judge> judges;           ///< the first that accepts the token decides
  std::optional<HandlerStep> handler;  ///< a look that completes the identity, or refuses
  std::optional<Text> user;            ///< who it must be
  bool optional = false;               ///< without a token the sender stays who it is
  bool invalid_is_none = false;        ///< `invalid: nobody`: a bad token is as none
  Place place;
};

/// Where connections of this profile arrive, and what they start as.
struct Endpoint {
  std::string listener;               ///< empty = every listener
  std::string host;                   ///< empty = every host; lower case, without port
  std::string path;                   ///< as written, such as /clients/:id
  std::vector<std::string> segments;  ///< "clients", ":id"
  RoleIndex role = 0;
  std::vector<std::pair<std::string, RoleIndex>> namespaces;  ///< of Socket.IO, besides "/"
  std::optional<Text> id;           ///< how `$me.id` looks of sessions that begin here; unset: the gateway's own form
  std::optional<Text> user;         ///< who it is, as long as no token says so
  std::vector<Shape::Entry> query;  ///< known parameters and their defaults, also where they are empty
  std::optional<AuthenticateStep> authenticate;
  Origins origins;
  PingPolicy ping;
  Millis idle{0};  ///< without a message (or ping) of the client for so long -> close 4408; 0 = no deadline
  Millis leave_role_within{0};  ///< `authenticate_within`: still in `role` then -> close 4408; 0 = no deadline
  std::size_t dialect = 0;      ///< Profile::dialect_at
  Place place;
  Place listener_place;
  Place idle_place;
};

/// `inside` and `needs`: a topic and what it is called when it does not hold.
struct Condition {
  TopicText topic;
  OwnFailure failure;
};

struct ClaimStep {
  TopicText topic;
  Taken when_taken = Taken::refuse;
  Millis within{2'000};  ///< for the owner's sign of life, when it is probed
  OwnFailure failure;
};

/// Chooses among the rules of one event and role by the data.
struct MatchingStep {
  std::string definition;  ///< its name under $defs; empty: the schema stands in the rule
  Json written;            ///< that schema, an object
  std::shared_ptr<const schema::Schema> schema;
  Place place;

  bool takes(json::View data) const { return schema->valid(data); }
};

/// How often the event may be taken.
struct RateStep {
  std::optional<Text> per;  ///< the key that is counted; unset, or nothing in hand: the session
  Rate at;
  std::string table;  ///< Charge::table
  Place place;
};

/// Reads one message that a topic keeps: `$kept`.
struct RecallStep {
  TopicText topic;
  Text key;
  Place place;
};

/// Those whose `order` names the same text come one after another.
struct OrderStep {
  Text text;
  Place place;
};

/// What is done once is answered the second time as it was the first.
struct OnceStep {
  Text key;
  Millis within = std::chrono::hours(24);
  Place place;
};

/// The message stays with its topics for those who join later.
struct KeepStep {
  Text key;
  Millis lasts{0};  ///< `for`; 0 = until it is replaced or forgotten
  Place place;
  bool merge = false;    ///< the message changes a part of what stays (RFC 7396)
  bool refuses = false;  ///< `full: refuse`: where it cannot stay, nobody hears it
};

struct SendStep {
  std::vector<TopicText> to;
  std::optional<Text> as;          ///< default: the event's own name
  std::optional<Shape> data;       ///< default: the event's data, unchanged
  std::optional<Shape> args;       ///< instead of `data`: all arguments, a list
  bool is_message = false;         ///< `data` is the whole message, without the dialect's name and body
  bool forwards_args = false;      ///< without either: the event's definition is of its arguments
  std::string ack;                 ///< the event as which the receivers' acknowledgement arrives; empty = not asked for
  std::vector<Shape::Entry> with;  ///< fields set on the forwarded data
  bool except_sender = false;
  std::vector<Text> forget;  ///< keys that the topics keep no longer; before `keep`
  std::optional<KeepStep> keep;
  std::optional<Text> each;                      ///< once per element of this list, as $each
  std::shared_ptr<const schema::Schema> schema;  ///< of the outgoing event; null when its name is not constant
  Place place;
};

struct ReplyStep {
  enum class Ack : std::uint8_t { no, only, also };
  std::optional<Text> as;     ///< default: the event's own name
  std::optional<Shape> data;  ///< default: null
  std::optional<Shape> args;  ///< instead of `data`: all arguments, a list
  bool is_message = false;    ///< `data` is the whole message, without the dialect's name and body
  Ack ack = Ack::no;          ///< as the acknowledgement that the sender asked for, instead of an event or besides it
  std::shared_ptr<const schema::Schema> schema;
  Place place;
};

struct CloseStep {
  bool close = false;
  std::uint16_t code = 0;  ///< 0 = the failure's own, or 1000
  std::optional<Text> reason;
};

/// What those on a topic are told to do; never the sender itself. One of `leave`, `join` and `close`.
struct OthersStep {
  std::vector<TopicText> of;
  std::vector<TopicText> leave;
  std::vector<TopicText> join;
  CloseStep close;
  Place place;
};

/// What answers a failure. The first one that matches is taken.
struct Otherwise {
  std::vector<RoleIndex> from;  ///< empty = every role
  std::vector<Reason> on;       ///< empty = every reason
  std::vector<ReplyStep> replies;
  CloseStep close;
  Place place;

  bool is_for(RoleIndex role) const;
  bool answers(RoleIndex role, Reason reason) const;
};

/// One rule; its steps are taken in the order of the fields below, whatever their order in the file.
struct Rule {
  std::vector<RoleIndex> from;
  std::optional<MatchingStep> matching;
  std::shared_ptr<const schema::Schema>
      schema;  ///< of the incoming data; null in a dialect without JSON and in opened/closed
  std::shared_ptr<const schema::Schema> args_schema;  ///< of all its arguments; null: there is at most one
  std::optional<RateStep> rate;
  std::optional<AuthenticateStep> authenticate;
  std::optional<HandlerStep> look;
  std::optional<RecallStep> recall;
  std::vector<Condition> inside;
  std::vector<Condition> needs;
  std::optional<ClaimStep> claim;
  std::optional<OrderStep> order;
  std::optional<OnceStep> once;
  std::optional<HandlerStep> handler;
  std::optional<RoleIndex> become;
  std::vector<Shape::Entry> set;
  std::vector<TopicText> join;
  std::vector<SendStep> sends;
  std::vector<TopicText> leave;
  std::vector<ReplyStep> replies;
  std::vector<OthersStep> others;
  CloseStep close;
  std::vector<Otherwise> otherwise;
  Failures failures;
  bool has_sender = true;    ///< false: nobody sends it
  bool of_presence = false;  ///< of those: it tells of somebody
  Place place;

  /// Is a sender of that role in its `from`?
  bool takes(RoleIndex role) const;
};

/// Of an event's rules the first that takes a sender of that role, whatever the data; null where none does.
const Rule* rule_for(std::span<const Rule> rules, RoleIndex role);
/// The first that takes this data from it. `data` is read only where a rule has `matching`.
const Rule* rule_for(std::span<const Rule> rules, RoleIndex role, json::View data);

/// What is told of the names of one family: when the first session comes, and when the last one has gone for a while.
struct Presence {
  Millis after{10'000};       ///< who comes back within it had not gone
  std::vector<Rule> arrived;  ///< of each list the first that takes the role of who came first, or went last
  std::vector<Rule> left;
  Place place;  ///< of the family's name
};

/// A rule that is taken again and again, on behalf of nobody.
struct Timer {
  Millis every{0};
  Rule rule;
};

struct Profile {
  std::string name;
  std::string about;
  std::string file;  ///< as shown in diagnostics
  std::string schema_file;
  std::unique_ptr<dialect::Dialect> dialect;
  std::vector<std::unique_ptr<dialect::Dialect>> other_dialects;  ///< of endpoints that have one of their own
  EngineSettings engine;
  std::vector<std::string> plugins;
  Json settings = Json::object();
  Limits limits;
  std::vector<std::string> roles;
  std::vector<Endpoint> endpoints;
  std::map<std::string, std::vector<Rule>, std::less<>> events;
  std::vector<Rule> opened;
  std::vector<Rule> closed;
  std::vector<Rule> started;                              ///< taken once, on behalf of nobody
  std::map<std::string, Timer, std::less<>> timers;       ///< by name
  std::map<std::string, Presence, std::less<>> presence;  ///< by family
  std::vector<Otherwise> otherwise;
  Failures failures;
  /// How each family of this profile is held; `session`, `user` and `role`, which the gateway keeps, stand here too.
  std::map<std::string, TopicKind, std::less<>> families;
  /// Schemas of outgoing events by name, for names that are only known at run time (`as: $event`): "x.reply", "x.send",
  /// "x.ack", "x", and the same with ".args".
  std::map<std::string, std::shared_ptr<const schema::Schema>, std::less<>> schemas;
  std::map<std::string, std::unique_ptr<Counter>, std::less<>> counters;  ///< of `$next`, each that some path mentions
  /// What handshakes bring; null: that may be anything.
  struct Handshake {
    std::shared_ptr<const schema::Schema> path;
    std::shared_ptr<const schema::Schema> query;
    std::shared_ptr<const schema::Schema> auth;
  } handshake;
  std::set<std::string> handlers_named;   ///< by rules, also in steps that are switched off
  std::vector<std::string> headers_used;  ///< names that some `$header.x` mentions; no other header is kept
  std::set<std::string> settings_read;    ///< keys of `settings` that some `$settings` reads; an empty one: all of them
  bool auth_used = false;                 ///< some path mentions `$auth`; else what clients connect with is not kept
  bool uses_user_topics = false;          ///< some send, join or needs names `user/...`, or `presence` is of it
  bool uses_role_topics = false;
  bool orders = false;   ///< some rule has `others`
  bool keeps = false;    ///< some send stays with its topic, or a handler may emit one that does
  bool merges = false;   ///< some send changes a part of what stays there
  bool recalls = false;  ///< some rule reads it

  /// Where things stand in the file, for check().
  struct Places {
    Place profile;
    Place dialect;
    Place engine;
    Place recovery;
    Place schema;
    std::vector<Place> plugins;                        ///< like `plugins`
    yaml::Node settings;                               ///< as written; null where they are not
    std::vector<Place> roles;                          ///< like `roles`: where each is first named
    std::map<std::string, Place, std::less<>> events;  ///< an event's name
  } places;

  const std::string& role_name(RoleIndex role) const { return roles[role]; }
  /// Some endpoint says how the ids of its sessions look: they are on `session/` topics like on those of `user/`.
  bool names_sessions() const {
    const auto family = families.find("session");
    return family != families.end() && family->second == TopicKind::joined;
  }
  /// Endpoint::dialect; 0 is the one of endpoints that name none.
  const dialect::Dialect& dialect_at(std::size_t index) const {
    return index == 0 ? *dialect : *other_dialects[index - 1];
  }
  const dialect::Dialect& dialect_of(const Endpoint& endpoint) const { return dialect_at(endpoint.dialect); }
};

using ProfilePtr = std::shared_ptr<const Profile>;

/// Every rule of the profile, wherever it stands: `visit(rule)`, or `visit(rule, event)` with its event's name, which
/// is empty where it has none.
template <class P, class Visit>
void each_rule(P& profile, Visit visit) {
  const auto each_of = [&](auto&& rules, const std::string& event) {
    for (auto& rule : rules) {
      if constexpr (std::is_invocable_v<Visit&, decltype(rule), const std::string&>) {
        visit(rule, event);
      } else {
        visit(rule);
      }
    }
  };
  for (auto& [event, rules] : profile.events) each_of(rules, event);
  for (auto* rules : {&profile.opened, &profile.closed, &profile.started}) each_of(*rules, {});
  for (auto& [name, timer] : profile.timers) each_of(std::span(&timer.rule, 1), {});
  for (auto& [family, presence] : profile.presence) {
    for (auto* rules : {&presence.arrived, &presence.left}) each_of(*rules, {});
  }
}

}  // namespace polygate::profile

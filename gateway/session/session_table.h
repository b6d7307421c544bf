#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/exchange.h"
#include "gateway/session/carrier.h"
#include "gateway/session/line.h"
#include "gateway/session/meter.h"
#include "gateway/session/outbox.h"
#include "gateway/session/services.h"

namespace polygate::session {

class Session;

/// What a handshake tells about a new connection.
struct Opening {
  std::string address;                                       ///< of the peer, as text
  std::vector<std::pair<std::string, std::string>> path;     ///< `:id` -> "7"
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  Json auth;                                                 ///< what came with a namespace's connect, or null
  std::string name_space = "/";                              ///< of Socket.IO
  Line* line = nullptr;                                      ///< shared with other sessions; null: the session's own
};

/// Why the transport says that a connection is over.
enum class Gone : std::uint8_t {
  closed,   ///< by the peer, with a close handshake
  lost,     ///< TCP ended or the peer did not answer pings
  drained,  ///< we are shutting down
};

/// All sessions of one worker, and who of them is on which topic: one connection's life without sockets. Owned by its
/// worker (or a test) and touched only on that thread; other threads reach it through Post.
class SessionTable {
 public:
  struct State;  ///< what is behind it: table.h, for this room alone

  SessionTable(WorkerIndex worker, const Services& services, Carrier& carrier);
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  /// Judges the handshake's own token, if the endpoint wants one. A failure is an HTTP answer (401); no session exists.
  Result<auth::IdentityPtr> admit(const profile::Endpoint& endpoint, const Opening& opening);
  /// A connection was accepted: makes its session and takes the `opened` rules.
  SessionId open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                 auth::IdentityPtr identity);
  /// One whole message. False: the session is full; hand over no more until Carrier::input().
  bool receive(SessionId session, const dialect::Message& message);
  /// What the peer acknowledges: `json` is an array. Nothing happens when nobody asked for it.
  bool acknowledged(SessionId session, std::uint64_t id, std::string_view json, dialect::Attachments attachments);
  /// The line found that the peer reads too slowly.
  void too_slow(SessionId session);
  /// A sign of life after Carrier::probe().
  void alive(SessionId session);
  /// The connection is over (or is being closed): takes the `closed` rules, gives back claims and topics. Idempotent.
  void hang_up(SessionId session, Gone why);
  /// Frees the session; its id finds nobody from now on.
  void remove(SessionId session);

  /// Null when the session is gone.
  Outbox* outbox(SessionId session);

  /// From the worker's mailbox.
  void deliver(const Delivery& delivery);
  void direct(const Direct& direct);

  /// Takes what is due (deadlines, token expiry, probes, handler time-outs); the transport calls it when next_due() has
  /// come.
  void tick();
  std::optional<Instant> next_due() const;

  std::size_t size() const;
  Meter& meter();
  /// Every live session's id: for draining.
  std::vector<SessionId> sessions() const;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace polygate::session

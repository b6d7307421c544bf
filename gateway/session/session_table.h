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
#include "gateway/routing/secret_id.h"
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
  bool recoverable = false;                                  ///< it has a line, and may outlive it
};

/// What a client shows to go on with its session on another connection.
struct Resumption {
  SecretId key;
  std::string_view offset;  ///< of the event that it heard last; empty: of none
  const profile::Endpoint* endpoint = nullptr;
  std::string_view name_space;
  std::string_view address;  ///< of the peer, now
  Line* line = nullptr;
};

/// A session that goes on.
struct Resumed {
  SessionId session;
  std::vector<FramePtr> missed;  ///< what its client has to hear first
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
  /// The line of the session is no more. True: the session waits for its client and stays what it is; otherwise it is
  /// to be ended. While it waits, nothing is asked of its Carrier.
  bool detach(SessionId session);
  /// Nothing when the session ends with its connection.
  std::optional<SecretId> recovery_key(SessionId session) const;
  /// From now on the session speaks through the new line, wherever its old one is. Nothing when it cannot be resumed:
  /// it is no more, is another's, or what its client has missed is no longer known.
  std::optional<Resumed> resume(const Resumption& resumption);
  /// Ends all that wait, and lets none wait from now on: we are shutting down.
  void end_detached();
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

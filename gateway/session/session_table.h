#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/base/result.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/exchange.h"
#include "gateway/routing/secret_id.h"
#include "gateway/session/carrier.h"
#include "gateway/session/meter.h"
#include "gateway/turns/services.h"

namespace polygate::session {

class Session;

/// What a handshake tells about a new connection.
struct Opening {
  std::string address;                                       ///< of the peer, as text
  std::vector<std::pair<std::string, std::string>> path;     ///< `:id` -> "7"
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded
  std::vector<std::pair<std::string, std::string>> headers;  ///< lower-case names
  std::string user;                                          ///< who it is by its endpoint; filled in by admit()
  std::string name;                                          ///< the form of its id, if its endpoint has one; the same
  Json auth;                                                 ///< what came with a namespace's connect, or null
  std::string name_space = "/";                              ///< of Socket.IO
  std::optional<profile::RoleIndex> role;                    ///< that its verifier has said; else the endpoint's
  Carrier* carrier = nullptr;                                ///< lives until it hangs up, or is let go
  std::shared_ptr<const void> place;                         ///< among what its address may have; held to its end
  bool recoverable = false;                                  ///< the session may outlive its carrier
};

/// What a client shows to go on with its session on another connection.
struct Resumption {
  SecretId key;
  std::string_view offset;  ///< of the event that it heard last; empty: of none
  const profile::Endpoint* endpoint = nullptr;
  std::string_view name_space;
  std::string_view address;  ///< of the peer, now
  Carrier* carrier = nullptr;
  std::shared_ptr<const void> place;  ///< the session's from now on: that of its old connection is given back
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

/// What was not done when there was no more time.
struct Abandoned {
  std::size_t connections = 0;  ///< whose peers had not closed
  std::size_t sessions = 0;     ///< whose `closed` rules were not all taken
  std::size_t events = 0;       ///< read, and never taken
  std::size_t turns = 0;        ///< whose handlers had not answered

  bool nothing() const { return connections == 0 && sessions == 0 && events == 0 && turns == 0; }
};

/// All sessions of one worker, and who of them is on which topic: one connection's life without sockets. Owned by its
/// worker (or a test) and touched only on that thread; other threads reach it through Post, and handlers' answers
/// through Services::post.
///
/// A session ends in two steps. At the end of its connection, or of its right to be there, it begins to *end*: it hears
/// nothing any more. When what was read is taken (dropped, where its right to speak has ended) its `closed` rules are,
/// then it gives back claims and topics, and its id finds nobody from now on.
class SessionTable {
 public:
  SessionTable(WorkerIndex worker, const turns::Services& services);
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  /// Takes the rules of `started`, tells what became of them, and starts the timers, where none has failed.
  /// On one worker of all, before anybody comes.
  using Started = std::function<void(Result<void>)>;
  void start(Started done);

  /// Judges what the handshake brings, and its own token if the endpoint wants one; fills in what the endpoint says
  /// where the client does not. A failure is an HTTP answer (400, 401, 503); no session exists.
  Result<auth::IdentityPtr> admit(const profile::Profile& profile, const profile::Endpoint& endpoint, Opening& opening);
  /// A connection was accepted: makes its session and takes the `opened` rules.
  SessionId open(const profile::ProfilePtr& profile, const profile::Endpoint& endpoint, Opening opening,
                 auth::IdentityPtr identity);
  /// One whole message. False: the session is full; hand over no more until Carrier::resume_input().
  bool receive(SessionId session, const dialect::Message& message);
  /// What the peer acknowledges: `json` is an array. Nothing happens when nobody asked for it.
  bool acknowledged(SessionId session, std::uint64_t id, std::string_view json, dialect::Attachments attachments);
  /// The carrier found that the peer reads too slowly.
  void too_slow(SessionId session);
  /// Nothing waits for the peer any more, after Carrier::tell_when_drained().
  void drained(SessionId session);
  /// A sign of life after Carrier::probe().
  void alive(SessionId session);
  /// The connection is over: the session begins to end. Its carrier is let go, unless `more` says that it still hands
  /// over what it has read; then it calls again when that is done. Idempotent.
  void hang_up(SessionId session, Gone why, bool more = false);
  /// The carrier of the session is no more. True: the session waits for its client and stays what it is; otherwise it
  /// is to be ended.
  bool detach(SessionId session);
  /// `$me.id` of the session; of one that is no more, its id.
  std::string name(SessionId session) const;
  /// Nothing when the session ends with its connection.
  std::optional<SecretId> recovery_key(SessionId session) const;
  /// From now on the session speaks through the new carrier, wherever its old one is. Nothing when it cannot be
  /// resumed: it is no more, is another's, or what its client has missed is no longer known.
  std::optional<Resumed> resume(const Resumption& resumption);
  /// We are shutting down: ends all that wait for their client, lets none wait from now on, and stops the timers.
  void drain();
  /// The time for that is over: what waits is dropped, and no answer is waited for. Says what that was.
  Abandoned abandon();

  /// From the worker's mailbox.
  void deliver(const Delivery& delivery);
  void direct(const Direct& direct);
  /// A worker that had been pressed (see Exchange::await_eased) is so no longer.
  void eased(WorkerIndex worker);
  /// A session that had paused takes a turn, or is read again. False: none may go on for now.
  bool go_on_paused();

  /// Takes what is due (deadlines, token expiry, probes, handler time-outs, timers); the transport calls it when
  /// next_due() has come.
  void tick();
  std::optional<Instant> next_due() const;

  /// Sessions that are not done, and turns that are in flight for nobody.
  std::size_t size() const;
  const Meter& meter() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polygate::session

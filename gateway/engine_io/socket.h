#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/engine_io/ending.h"
#include "gateway/engine_io/heartbeat.h"
#include "gateway/engine_io/host.h"
#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/move.h"
#include "gateway/engine_io/polling.h"
#include "gateway/engine_io/upgrade.h"
#include "gateway/engine_io/user.h"
#include "gateway/engine_io/websocket.h"
#include "gateway/http/router.h"

namespace polygate::engine_io {

/// One session of Engine.IO (github.com/socketio/engine.io-protocol), over whatever connections it is carried: polls, a
/// WebSocket, or the way from the one to the other. What its messages mean is its user's business. Lives with a host
/// and is touched only on that thread; connections reach it through input(). It may move to another host once, before
/// its user has a session: to the one that its client comes back to.
class Socket final {
 public:
  Socket(Host& host, const Sid& id, const http::Route& route, Revision revision);

  // What its handshake has settled.
  const Sid id;
  const http::Route route;
  const Revision revision;

  // For its host.
  /// Before it begins.
  void carry(std::unique_ptr<User> user) { user_ = std::move(user); }
  /// `query` of the handshake that came over `from`, which is its WebSocket now, or waits for the first answer.
  void begin(const ConnectionRef& from, const Query& query);
  /// One message of its WebSocket. False: hand over no more until Command::Kind::resume.
  bool message(const ConnectionRef& from, bool text, std::string_view bytes);
  /// Everything else that a connection tells.
  void input(Input& input);
  /// What its host does with it at the end of a turn.
  struct Next {
    bool is_over = false;                   ///< free it
    std::optional<WorkerIndex> leaves_for;  ///< send it there, for it has to go on with a session of that worker
  };
  /// The end of a turn: does what could not be done while others were on the stack.
  Next attend();
  /// Takes what is due.
  void tick(Instant now);
  Instant due() const;
  /// We are shutting down: see Ending.
  void drain_at(Instant when);
  /// It lives with `host` from now on.
  void arrive(Host& host);
  /// Bytes that wait for polls.
  std::size_t pending_bytes() const { return polling_ ? polling_->bytes() : 0; }
  bool is_awake = false;  ///< it is in its host's list already

  // For its user.
  Host& host() { return *host_; }
  /// A message to the client. False when it does not fit any more.
  bool push(FramePtr frame, std::uint16_t scope);
  /// For half of what may wait for the client.
  bool has_room() const;
  /// Calls User::drained() when nothing waits for the client.
  void ask_for_drained();
  /// Wants a sign of life; User::heard() tells when one comes.
  void ask();
  /// Its user can take messages again.
  void resume_input();
  /// Ends it, as a session wants, when the packets at hand are taken; the first code counts. One that is broken is over
  /// with the turn.
  void close_soon(session::Farewell farewell);
  /// The same for a reason of its own: it is counted here, where the wish of a session is with the session.
  void give_up(std::uint16_t code, std::string_view why);
  /// Carries out what is decided, now. What waits is still written; a WebSocket first hands over what it has read.
  void close(session::Gone why = session::Gone::closed);
  /// The packet protocol is broken: it is over.
  void malformed(std::string_view why);
  /// It is over: its user is told, and whoever waits on a connection is answered.
  void end(session::Gone why);
  const Ending& ending() const { return ending_; }
  /// Goes to `worker` at the end of the turn, once; what comes meanwhile, and `first`, is taken there. False: it
  /// cannot.
  bool leave_for(WorkerIndex worker, std::string first);

 private:
  bool is_full() const;
  void packet(const Packet& packet);
  void heard();
  void ping();
  void request(const ConnectionRef& from, Request& request);
  void upgrade();

  Host* host_;
  bool holds_back_ = false;  ///< its user was full: the WebSocket, or a POST, waits for resume_input()
  Move move_;
  std::unique_ptr<User> user_;
  std::unique_ptr<Polling> polling_;    ///< either this
  std::optional<WebSocket> websocket_;  ///< or this
  std::unique_ptr<Upgrade> upgrade_;    ///< on the way from the one to the other
  Heartbeat heartbeat_;
  Ending ending_;
};

}  // namespace polygate::engine_io

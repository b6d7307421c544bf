#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/engine_io/heartbeat.h"
#include "gateway/engine_io/host.h"
#include "gateway/engine_io/http.h"
#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/polling.h"
#include "gateway/engine_io/user.h"
#include "gateway/http/router.h"

namespace polygate::engine_io {

/// One session of Engine.IO (github.com/socketio/engine.io-protocol), over whatever connections it is carried: polls, a
/// WebSocket, or the way from the one to the other. What its messages mean is its user's business. Lives with a host
/// and is touched only on that thread; connections reach it through input(). It may move to another host once, before
/// its user has a session: to the one that its client comes back to.
class Socket final {
 public:
  Socket(Host& host, const Sid& id, const http::Route& route, Revision revision);
  ~Socket();

  // For its host.
  /// Before it begins.
  void carry(std::unique_ptr<User> user) { user_ = std::move(user); }
  /// The first answer of a polling session.
  void begin_polling(const ConnectionRef& from, const Query& query);
  void begin_websocket(const ConnectionRef& from);
  /// One message of its WebSocket. False: hand over no more until Command::Kind::resume.
  bool message(const ConnectionRef& from, bool text, std::string_view bytes);
  /// Everything else that a connection tells.
  void input(Input& input);
  /// At the end of a turn: does what could not be done while others were on the stack. False: it is over, free it.
  bool attend();
  /// Takes what is due.
  void tick(Instant now);
  Instant due() const;
  /// We are shutting down: says goodbye at `when`. If it has already, its last words may take as long as others' from
  /// then, and what its WebSocket has read is taken as it would be.
  void drain_at(Instant when);
  /// Where it goes at the end of the turn, if it has to go on with a session of another worker.
  std::optional<WorkerIndex> leaves_for() const { return is_over() ? std::nullopt : leaves_for_; }
  /// It lives with `host` from now on.
  void arrive(Host& host);
  const Sid& id() const { return id_; }
  bool is_of(const void* profile) const { return route_.profile.get() == profile; }
  /// Bytes that wait for polls.
  std::size_t pending_bytes() const { return polling_ ? polling_->bytes() : 0; }
  bool is_awake = false;  ///< it is in its host's list already

  // For its user.
  Host& host() { return *host_; }
  const http::Route& route() const { return route_; }
  Revision revision() const { return revision_; }
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
  /// Ends it when the packets at hand are taken; the first code counts.
  void close_soon(std::uint16_t code, std::string_view reason);
  /// The same for a reason of its own: it is counted here, where the wish of a session is with the session.
  void give_up(std::uint16_t code, std::string_view why);
  /// Carries that out now. What waits is still written; a WebSocket first hands over what it has read by now.
  void close();
  /// What the client said was no message: nobody knows what follows. Ends it with the turn.
  void break_off(std::uint16_t code, std::string_view reason);
  /// The same, now: the packet protocol is broken.
  void malformed(std::string_view why);
  /// Its user has taken all that there was to take.
  void finish() { die(session::Gone::closed); }
  /// Does it end already, whatever is still taken?
  bool is_closing() const { return state_ != State::open && state_ != State::lost; }
  /// Closing, and what its WebSocket has read before is still taken.
  bool takes_rest() const { return state_ == State::taking_rest; }
  /// Its end is decided.
  bool is_to_close() const { return close_code_.has_value(); }
  void wake() { host_->wake(*this); }
  /// Goes to `worker` at the end of the turn, once; what comes meanwhile, and `first`, is taken there. False: it
  /// cannot.
  bool leave_for(WorkerIndex worker, std::string first);

 private:
  enum class State : std::uint8_t {
    open,
    lost,         ///< its poll is: it ends when what is being posted is taken
    last_words,   ///< polls may fetch what waits
    taking_rest,  ///< its WebSocket closes, and still hands over what it has read
    over,
  };
  struct Upgrade {
    ConnectionRef connection;
    bool probed = false;  ///< `3probe` was sent: nothing more until `5`
    Instant due;
  };
  /// A packet that waits, with its bytes.
  struct Held {
    Type type;
    bool binary;
    std::string data;
  };

  bool is_over() const { return state_ == State::over; }
  bool is_full() const;
  std::string open_packet() const;
  void begin();
  void packet(const Packet& packet);
  void heard();
  void ping();
  bool to_websocket(const FramePtr& frame, std::uint16_t scope);
  void leave(session::Gone why);
  void die(session::Gone why);
  void close_connection(bool takes_rest);
  void closed(const ConnectionRef& from);

  // Requests
  void request(const ConnectionRef& from, Request& request);
  void poll(const ConnectionRef& from, Request& request);
  void post(const ConnectionRef& from, Request& request);
  void begins(const ConnectionRef& from);
  bool refuse_second_post(const ConnectionRef& from);
  std::optional<http::Response> take_body(const Request& request);
  void answer(const ConnectionRef& to, http::Response response);
  void answer_poll(const Packet& packet);
  void flush_poll();
  void release_poll();

  // From polling to a WebSocket
  void upgrade(const Input& input);
  void probe_message(bool text, std::string_view bytes);
  void complete_upgrade();
  void abandon_upgrade();

  Host* host_;
  const Sid id_;
  const http::Route route_;
  const Revision revision_;
  State state_ = State::open;
  bool has_moved_ = false;
  bool holds_back_ = false;                  ///< its user was full: the WebSocket, or a POST, waits for resume_input()
  bool broken_ = false;                      ///< the client broke its protocol
  std::optional<std::uint16_t> close_code_;  ///< close it when the user's callbacks have returned
  std::string close_reason_;
  std::optional<WorkerIndex> leaves_for_;
  std::vector<Held> held_;                  ///< since then: for the other worker
  std::optional<ConnectionRef> websocket_;  ///< none: it polls
  std::unique_ptr<Polling> polling_;
  std::unique_ptr<Upgrade> upgrade_;
  std::unique_ptr<User> user_;
  Heartbeat heartbeat_;
  Instant stage_due_ = Instant::max();  ///< of the end
};

}  // namespace polygate::engine_io

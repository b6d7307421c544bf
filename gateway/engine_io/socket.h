#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/dialect/engine_io_packet.h"
#include "gateway/dialect/engine_message.h"
#include "gateway/dialect/socket_io_packet.h"
#include "gateway/http/router.h"
#include "gateway/session/carrier.h"
#include "gateway/session/session_table.h"
#include "gateway/session/token_bucket.h"
#include "gateway/transport/census.h"
#include "gateway/transport/engine_http.h"
#include "gateway/transport/engine_letters.h"
#include "gateway/transport/heartbeat.h"

namespace polygate::transport {

class Worker;

/// One session of Engine.IO, over whatever connections it is carried: polls, a WebSocket, or the way from the one to
/// the other. With Socket.IO on top, each namespace that the client is on is a session of its own behind it. Owned by
/// its worker, touched only on that thread; connections on other workers reach it through letters. It may move to
/// another worker once, before it has a session: to the one that its client comes back to.
class Engine final {
 public:
  Engine(Worker& worker, EngineId id, const http::Route& route, engine_io::Revision revision, session::Opening opening,
         std::shared_ptr<const Census::Place> place);
  ~Engine();

  /// The first answer of a polling session.
  void begin_polling(const SocketRef& from, const EngineQuery& query);
  void begin_websocket(const SocketRef& from);
  /// One message of its WebSocket. False: hand over no more until SocketCommand::resume.
  bool message(const SocketRef& from, bool text, std::string_view bytes);
  /// Everything else that a connection tells.
  void input(EngineInput& input);

  /// Where it goes at the end of the turn, if it has to go on with a session of another worker.
  std::optional<WorkerIndex> leaves_for() const { return over_ ? std::nullopt : leaves_for_; }
  /// It lives on `worker` from now on.
  void arrive(Worker& worker);

  /// At the end of a turn: does what could not be done while others were on the stack. False: it is over, free it.
  bool attend();
  /// Takes what is due.
  void tick(Instant now);
  Instant due() const;
  /// We are shutting down: says goodbye at `when`.
  void drain_at(Instant when);

  EngineId id() const { return id_; }
  bool is_of(const void* profile) const { return route_.profile.get() == profile; }

  /// Bytes that wait for polls.
  std::size_t pending_bytes() const { return polling_ ? polling_->pending_bytes : 0; }

  bool in_attention = false;  ///< it is in the worker's list already

 private:
  /// A namespace that the client is on, with the session behind it; with Engine.IO alone there is one.
  struct Space final : session::Carrier {
    enum class State : std::uint8_t { opening, open, ending, over };

    Space(Engine& of, std::string named, std::uint16_t at) : engine(of), name(std::move(named)), index(at) {}
    bool push(FramePtr frame) override;
    bool has_room() const override { return engine.has_room(); }
    void tell_when_drained() override;
    void resume_input() override { engine.resume_input(*this); }
    void close(const session::Farewell& farewell) override { engine.end(*this, farewell); }
    void probe() override { engine.probe(*this); }
    void let_go() override { engine.let_go(*this); }

    Engine& engine;
    std::string name;
    const std::uint16_t index;  ///< among the engine's spaces
    SessionId session;
    State state = State::opening;
    bool probed = false;
    bool tells_drained = false;
    bool takes_rest = false;      ///< ending; what was read before is still taken
    bool full = false;            ///< the session has said so, and not yet that it can take messages again
    std::vector<FramePtr> early;  ///< said while it was being made: behind the answer to its connect
  };
  /// A frame, and in which namespace it is said.
  struct Pending {
    FramePtr frame;
    std::uint16_t space = 0;
  };
  /// What only a polling session needs.
  struct Polling {
    std::optional<SocketRef> get;  ///< the parked poll
    std::optional<std::string> get_jsonp;
    std::optional<SocketRef> receiving;  ///< a POST whose body is not complete
    std::optional<SocketRef> post;       ///< taken, and answered when its events found room
    std::deque<Pending> pending;
    std::size_t pending_bytes = 0;
    bool base64 = false;
    bool always_binary = false;
    enum class Text : std::uint8_t { unknown, plain, doubled } text = Text::unknown;
  };
  struct Upgrade {
    SocketRef socket;
    bool probed = false;  ///< `3probe` was sent: nothing more until `5`
    Instant due;
  };
  struct Assembly {
    std::string text;
    socket_io::Packet packet;
    std::vector<std::string> attachments;
    std::size_t bytes = 0;
  };

  /// A packet that waits, with its bytes.
  struct Held {
    engine_io::Type type;
    bool binary;
    std::string data;
  };

  // engine.cpp: the packets of Engine.IO, and its heartbeat
  std::string open_packet(bool websocket) const;
  void begin();
  void packet(const engine_io::Packet& packet);
  void heard();
  void ping();
  bool enqueue(FramePtr frame, std::uint16_t space);
  bool to_websocket(const FramePtr& frame, std::uint16_t space);
  void close_soon(std::uint16_t code, std::string_view reason);
  void close(std::uint16_t code, std::string_view reason);
  void leave(session::Gone why);
  void die(session::Gone why);
  void tell_socket_to_close(bool takes_rest);
  void end_spaces();
  bool is_full() const;
  Form form(std::uint16_t space, dialect::EngineEncoding encoding) const;
  bool is_socket_io() const;
  const profile::EngineSettings& settings() const { return route_.profile->engine; }

  // engine_polling.cpp
  void request(const SocketRef& from, EngineRequest& request);
  void poll(const SocketRef& from, EngineRequest& request);
  void post(const SocketRef& from, EngineRequest& request);
  void begins(const SocketRef& from);
  bool refuse_second_post(const SocketRef& from);
  bool take_body(const EngineRequest& request);
  bool is_too_large(engine_io::Payload payload, std::string_view body) const;
  void repair(engine_io::Packet& packet, std::string& repaired);
  void flush_poll();
  void answer_poll(const engine_io::Packet& packet);
  void answer_poll(std::string body, bool binary);
  void release_poll();
  void answer(const SocketRef& to, http::Response response);

  // engine_upgrade.cpp
  void upgrade(const EngineInput& input);
  void probe_message(bool text, std::string_view bytes);
  void complete_upgrade();
  void abandon_upgrade();

  // engine_spaces.cpp: the packets of Socket.IO
  void receive(const engine_io::Packet& packet);
  void receive_text(std::string_view text);
  void receive_binary(std::string_view bytes);
  void dispatch(const socket_io::Packet& packet, dialect::Attachments attachments);
  void connect(const socket_io::Packet& packet);
  void refuse_connect_data(const socket_io::Packet& packet);
  Space& new_space(std::string_view name);
  void open_space(std::string_view name, Json auth);
  Census::Entry place_of_session() const;
  FramePtr greeting(std::string_view name, SessionId session) const;
  void refuse_space(std::string_view name, std::string_view why);
  void disconnect(Space& space);
  void malformed(std::string_view why);
  bool malformed_body(std::string_view why);
  // engine_recovery.cpp
  bool go_on(const socket_io::Packet& packet, json::View auth);
  bool resume(std::string_view name, const SecretId& key, std::string_view offset);
  void hold(const engine_io::Packet& packet);

  Space* find(std::string_view name);
  bool has_room() const;
  void ask_for_drained();
  void drained();
  void resume_input(Space& space);
  void resume_input();
  void end(Space& space, const session::Farewell& farewell);
  void probe(Space& space);
  void let_go(Space& space);
  std::size_t spaces_left() const;
  void add_pending(FramePtr frame, std::uint16_t space);
  Pending take_pending();

  Worker* worker_;
  const EngineId id_;
  const http::Route route_;
  const engine_io::Revision revision_;
  bool websocket_ = false;  ///< otherwise it polls
  bool moved_ = false;
  bool holds_back_ = false;  ///< some session was full: the WebSocket, or a POST, waits for resume_input()
  bool closing_ = false;
  bool takes_rest_ = false;  ///< closing; what its WebSocket has read before is still taken
  bool ended_ = false;       ///< a session has, since the last turn
  bool lost_ = false;        ///< its poll is: it ends when what was posted before is taken
  bool over_ = false;
  bool broken_ = false;  ///< the client broke its protocol
  bool draining_ = false;
  bool greeted_ = false;                     ///< the handshake is answered
  std::optional<std::uint16_t> close_code_;  ///< close it when the sessions' callbacks have returned
  std::string close_reason_;
  std::optional<WorkerIndex> leaves_for_;
  std::vector<Held> held_;          ///< since then: for the other worker
  std::uint16_t last_code_ = 1000;  ///< of the session that ended last
  SocketRef socket_;
  std::unique_ptr<Polling> polling_;
  std::unique_ptr<Upgrade> upgrade_;
  std::unique_ptr<Assembly> assembly_;
  const std::shared_ptr<const Census::Place> place_;
  std::unique_ptr<session::Opening> opening_;  ///< what its sessions are told about the handshake
  std::vector<std::unique_ptr<Space>> spaces_;
  session::TokenBucket connects_;
  Heartbeat heartbeat_;
  Instant stage_due_ = Instant::max();  ///< of connect_within, or of the end
};

}  // namespace polygate::transport

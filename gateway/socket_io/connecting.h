#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/engine_io/census.h"
#include "gateway/engine_io/socket.h"
#include "gateway/session/session_table.h"
#include "gateway/session/token_bucket.h"
#include "gateway/socket_io/namespaces.h"

namespace polygate::socket_io {

/// How a client comes to its namespaces (socket.io-protocol, "Connection to a namespace"): judges each connect, and
/// opens a session for it, goes on with one that waits for it, or says why not.
class Connecting {
 public:
  /// `opening` = what the sessions are told of the handshake, `place` what they take of the limits together.
  Connecting(engine_io::Socket& socket, Namespaces& namespaces, session::Opening opening,
             std::shared_ptr<const engine_io::Census::Place> place);

  /// The handshake is done.
  void begin();
  /// On another worker: the connect that made the socket move is judged again.
  void begin_anew() { connects_ = {}; }
  void connect(const Packet& packet);
  /// When the client has to have come somewhere: connect_within.
  Instant due() const { return due_; }
  void time_is_over();
  /// It has all the time from now on.
  void rest() { due_ = Instant::max(); }

  std::string_view address() const { return opening_.address; }
  /// May its sessions wait for it?
  bool is_recoverable() const { return opening_.recoverable; }

 private:
  session::SessionTable& sessions() { return socket_.host().sessions(); }
  bool may_connect(const Packet& packet);
  bool resume(const Packet& packet, json::View data);
  void open(std::string_view name, Json auth);
  std::optional<engine_io::Census::Verdict> take_place(session::Opening& opening) const;
  FramePtr greeting(std::string_view name, SessionId session);
  void refuse(std::string_view name, std::string_view why);
  void refuse_data(const Packet& packet);

  engine_io::Socket& socket_;
  Namespaces& namespaces_;
  session::Opening opening_;
  const std::shared_ptr<const engine_io::Census::Place> place_;
  session::TokenBucket connects_;
  Instant due_ = Instant::max();
};

}  // namespace polygate::socket_io

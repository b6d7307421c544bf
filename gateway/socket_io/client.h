#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/engine_io/census.h"
#include "gateway/engine_io/socket.h"
#include "gateway/engine_io/user.h"
#include "gateway/session/token_bucket.h"
#include "gateway/socket_io/assembly.h"
#include "gateway/socket_io/namespace.h"

namespace polygate::socket_io {

/// A client of Socket.IO (github.com/socketio/socket.io-protocol): the namespaces that it is on, each with a session of
/// its own, over one socket of Engine.IO.
class Client final : public engine_io::User {
 public:
  /// `opening` = what its sessions are told of the handshake, `place` what they take of the limits together.
  Client(engine_io::Socket& socket, session::Opening opening, std::shared_ptr<const engine_io::Census::Place> place);

  // engine_io::User
  void opened() override;
  void message(const engine_io::Packet& packet) override;
  bool is_full() const override;
  void heard() override;
  void too_slow() override;
  void drained() override;
  bool asks_for_drained() const override;
  void settle() override;
  void closing(session::Gone why) override;
  void closed(session::Gone why, bool broken) override;
  std::string_view scope(std::uint16_t index) const override;
  std::optional<std::size_t> gathered() const override { return assembly_ ? assembly_->bytes() : 0; }
  std::string_view address() const override { return opening_.address; }
  Instant due() const override { return connect_due_; }
  void time_is_over() override;
  void arrived() override { connects_ = {}; }  // the connect that made it move is judged again

  // For its namespaces.
  engine_io::Socket& socket() { return socket_; }
  /// The session's own wish to end. A client that is told so by a packet stays away; one that only loses its connection
  /// comes back, which is what overload, a restart and a broken conversation ask for.
  void end(Namespace& space, const session::Farewell& farewell);
  /// The session speaks on another connection from now on, or nothing more of what was read is taken.
  void let_go(Namespace& space);

 private:
  session::SessionTable& sessions() { return socket_.host().sessions(); }
  const profile::Profile& profile() const { return *socket_.route.profile; }

  void text(std::string_view text);
  void binary(std::string_view bytes);
  void dispatch(const Packet& packet, dialect::Attachments attachments);
  void connect(const Packet& packet);
  bool may_connect(const Packet& packet);
  void refuse_connect_data(const Packet& packet);
  void open(std::string_view name, Json auth);
  void refuse(std::string_view name, std::string_view why);
  void disconnect(Namespace& space);
  void end_namespaces();
  std::optional<engine_io::Census::Verdict> take_place(session::Opening& opening) const;
  FramePtr greeting(std::string_view name, SessionId session);

  // resume.cpp
  bool go_on(const Packet& packet, json::View auth);
  bool resume(std::string_view name, const SecretId& key, std::string_view offset);

  Namespace* find(std::string_view name);
  Namespace& add(std::string_view name);
  std::size_t live() const;

  engine_io::Socket& socket_;
  session::Opening opening_;
  const std::shared_ptr<const engine_io::Census::Place> place_;
  std::vector<std::unique_ptr<Namespace>> namespaces_;
  std::unique_ptr<Assembly> assembly_;
  session::TokenBucket connects_;
  Instant connect_due_ = Instant::max();    ///< of connect_within
  std::optional<session::Farewell> ended_;  ///< of the first session that has, since the last turn
};

}  // namespace polygate::socket_io

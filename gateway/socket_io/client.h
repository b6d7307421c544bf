#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/engine_io/census.h"
#include "gateway/engine_io/socket.h"
#include "gateway/engine_io/user.h"
#include "gateway/socket_io/assembly.h"
#include "gateway/socket_io/connecting.h"
#include "gateway/socket_io/namespaces.h"

namespace polygate::socket_io {

/// A client of Socket.IO (github.com/socketio/socket.io-protocol): the namespaces that it is on, each with a session of
/// its own, over one socket of Engine.IO.
class Client final : public engine_io::User {
 public:
  /// `opening` = what its sessions are told of the handshake, `place` what they take of the limits together.
  Client(engine_io::Socket& socket, session::Opening opening, std::shared_ptr<const engine_io::Census::Place> place);

  // engine_io::User
  void opened() override { connecting_.begin(); }
  void message(const engine_io::Packet& packet) override;
  bool is_full() const override { return namespaces_.are_full(); }
  void heard() override;
  void too_slow() override;
  void drained() override;
  bool asks_for_drained() const override { return namespaces_.ask_for_drained(); }
  void settle() override;
  void closing(session::Gone why) override;
  void closed(session::Gone why, bool broken) override;
  std::string_view scope(std::uint16_t index) const override { return namespaces_.name(index); }
  std::optional<std::size_t> gathered() const override { return assembly_ ? assembly_->bytes() : 0; }
  std::string_view address() const override { return connecting_.address(); }
  Instant due() const override { return connecting_.due(); }
  void time_is_over() override { connecting_.time_is_over(); }
  void arrived() override { connecting_.begin_anew(); }

  // For its namespaces.
  engine_io::Socket& socket() { return socket_; }
  /// The session's own wish to end. A client that is told so by a packet stays away; one that only loses its connection
  /// comes back, which is what overload, a restart and a broken conversation ask for.
  void end(Namespace& space, const session::Farewell& farewell);
  /// The session speaks on another connection from now on, or nothing more of what was read is taken.
  void let_go(Namespace& space);

 private:
  session::SessionTable& sessions() { return socket_.host().sessions(); }
  void text(std::string_view text);
  void binary(std::string_view bytes);
  void dispatch(const Packet& packet, dialect::Attachments attachments);
  void leave(Namespace& space);
  void end_namespaces();

  engine_io::Socket& socket_;
  Namespaces namespaces_;
  Connecting connecting_;
  std::unique_ptr<Assembly> assembly_;
  std::optional<session::Farewell> ended_;  ///< of the first session that has, since the last turn
};

}  // namespace polygate::socket_io

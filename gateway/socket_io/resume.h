#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/dialect/socket_io_packet.h"
#include "gateway/engine_io/socket.h"
#include "gateway/routing/secret_id.h"
#include "gateway/session/session_table.h"
#include "gateway/socket_io/namespace.h"

namespace polygate::socket_io {

/// What a connect says of a session that its client wants to go on with (socket.io documentation, "Connection state
/// recovery"). The session stands where it stood; the client's new socket goes there.
class Resume {
 public:
  /// Of the data of a connect, which outlives it. Nothing: it names none.
  static std::optional<Resume> of(json::View data);
  /// Takes its words away from what is kept of the data.
  static void strip(Json& data);

  bool is_at(WorkerIndex worker) const { return key_.worker == worker; }
  /// The session goes on in `space`. Nothing: it is not there, or nobody knows what its client has missed.
  std::optional<session::Resumed> take(engine_io::Socket& socket, Namespace& space, std::string_view address,
                                       std::shared_ptr<const void> place) const;
  /// The socket goes where the session is, and takes this connect along. False: it cannot.
  bool follow(engine_io::Socket& socket, const Packet& connect) const;

 private:
  Resume(const SecretId& key, std::string_view offset) : key_(key), offset_(offset) {}

  SecretId key_;
  std::string_view offset_;  ///< of the event that the client heard last
};

}  // namespace polygate::socket_io

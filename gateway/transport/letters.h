#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "gateway/routing/exchange.h"
#include "gateway/transport/engine.h"
#include "gateway/transport/engine_letters.h"
#include "gateway/transport/fd.h"
#include "gateway/transport/http_handler.h"
#include "gateway/transport/inbox.h"
#include "gateway/transport/peer_address.h"

namespace polygate::transport {

using Task = std::function<void()>;

/// A connection that the acceptor deals to a worker.
struct NewSocket {
  Fd fd;
  PeerAddress peer;
  std::uint16_t listener = 0;  ///< index into the server's listeners
};

/// A handler's answer on its way back to the connection that asked.
struct HttpAnswer {
  ConnectionId to;
  HttpResponse response;
};

/// So much waited for a worker that who sent to it paused; now it has room again.
struct Eased {
  WorkerIndex worker = 0;
  bool for_relays = false;
};

/// All that reaches a worker from other threads, but what is published.
using WorkerLetter = std::variant<Direct, Task, NewSocket, HttpAnswer, std::unique_ptr<EngineInput>,
                                  std::unique_ptr<SocketCommand>, std::unique_ptr<Engine>, Eased>;
/// What is published, and what must not overtake it.
using WorkerParcel = std::variant<Delivery, Direct>;
using WorkerInbox = Inbox<WorkerLetter, WorkerParcel>;

/// What a worker tells the acceptor about a connection that it was dealt.
struct Progress {
  enum class Kind : std::uint8_t { established, ended };
  Kind kind = Kind::ended;
  bool was_established = false;  ///< when it ended
  std::uint16_t worker = 0;
  PeerAddress peer;
};

using AcceptorLetter = std::variant<Progress, Task>;
using AcceptorInbox = Inbox<AcceptorLetter>;

}  // namespace polygate::transport

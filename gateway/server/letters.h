#pragma once
#include <cstdint>
#include <memory>
#include <variant>

#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/socket.h"
#include "gateway/http/handler.h"
#include "gateway/net/acceptor.h"
#include "gateway/net/inbox.h"
#include "gateway/routing/exchange.h"

namespace polygate::server {

using net::Task;

/// A handler's answer on its way back to the connection that asked.
struct HttpAnswer {
  engine_io::ConnectionId to;
  http::Response response;
};

/// So much waited for a worker that who sent to it paused; now it has room again.
struct Eased {
  WorkerIndex worker = 0;
  bool for_relays = false;
};

/// All that reaches a worker from other threads, but what is published.
using WorkerLetter = std::variant<Direct, Task, net::NewSocket, HttpAnswer, std::unique_ptr<engine_io::Input>,
                                  std::unique_ptr<engine_io::Command>, std::unique_ptr<engine_io::Socket>, Eased>;
/// What is published, and what must not overtake it.
using WorkerParcel = std::variant<Delivery, Direct, Done<>>;
using WorkerInbox = net::Inbox<WorkerLetter, WorkerParcel>;

}  // namespace polygate::server

#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "gateway/base/slot_map.h"
#include "gateway/net/acceptor_inbox.h"
#include "gateway/net/deadlines.h"
#include "gateway/net/event_loop.h"
#include "gateway/server/connection.h"

namespace polygate::server {

class Worker;

/// The connections of one worker: who they are, who of them has something to do, and what they wait for. One thread.
class Connections {
 public:
  Connections(Worker& worker, Instant now) : worker_(worker), deadlines_(now) {}

  /// Takes over what the acceptor has dealt. While we are shutting down it is closed at once.
  void adopt(net::NewSocket socket, net::EventLoop& loop, const std::shared_ptr<net::AcceptorInbox>& acceptor);
  /// Null when it is gone.
  Connection* find(const engine_io::ConnectionId& id) const;
  std::size_t size() const { return connections_.size(); }

  /// It has something to do at the end of the loop's turn.
  void attend_to(Connection& connection);
  bool is_anyone_attending() const { return !attention_.empty(); }
  void attend();
  /// Takes what was due up to `now`.
  void tick(Instant now);
  net::Deadlines& deadlines() { return deadlines_; }

  /// Each says goodbye at a time that `when` gives.
  void drain(const std::function<Instant()>& when);
  void kill_all();
  /// Its socket is gone, and all that it had said is handed over.
  void free(Connection& connection);

 private:
  void cut(Connection& connection);

  Worker& worker_;
  net::Deadlines deadlines_;
  SlotMap<std::unique_ptr<Connection>> connections_;  ///< by ConnectionId::index
  std::uint32_t generation_ = 0;
  std::vector<std::uint32_t> attention_;
  std::vector<std::uint32_t> attending_;
};

}  // namespace polygate::server

#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/engine_io/host.h"
#include "gateway/engine_io/letters.h"
#include "gateway/engine_io/sockets.h"

namespace polygate::server {

class WebSocket;
class Worker;

/// Where the sockets of Engine.IO on one worker live, and how they and connections reach each other: by a call on the
/// same worker, by a letter on another. Lives in its worker, on that thread.
class SocketHost final : public engine_io::Host {
 public:
  explicit SocketHost(Worker& worker);

  // From connections.
  /// A message of a socket's WebSocket. False: hand over no more until Command::Kind::resume.
  bool message(const engine_io::ConnectionId& connection, const engine_io::Sid& to, bool text, std::string_view bytes);
  void tell(engine_io::Input input);

  // From letters.
  void hear(engine_io::Input input);
  /// A socket comes here from another worker.
  void adopt(std::unique_ptr<engine_io::Socket> socket);

  // From the worker's loop.
  bool is_anyone_awake() const { return !awake_.empty(); }
  /// Gives each that is awake its turn.
  void attend();
  void tick() { sockets_.tick(now()); }
  std::optional<Instant> next_due() const { return sockets_.next_due(); }
  std::size_t size() const { return sockets_.size(); }
  /// Each says goodbye at a time that `when` gives.
  template <class When>
  void drain(When when) {
    sockets_.each([&](engine_io::Socket& socket) { socket.drain_at(when()); });
  }
  engine_io::Socket& open(const http::Route& route, engine_io::Revision revision) {
    return sockets_.open(route, revision);
  }
  /// A worker that frames were relayed to has room again.
  void relays_eased(WorkerIndex worker) { std::erase(relays_wait_, worker); }
  /// What is published is not read before those have room again.
  bool relays_wait() const { return !relays_wait_.empty(); }

  // engine_io::Host
  Instant now() const override;
  void wake(engine_io::Socket& socket) override;
  void arm(engine_io::Socket& socket) override { sockets_.arm(socket); }
  void command(engine_io::Command command) override;
  bool send_frame(const engine_io::ConnectionRef& to, FramePtr frame, std::string_view bytes) override;
  bool has_room(const engine_io::ConnectionRef& connection) const override;
  std::optional<std::uint16_t> drains() const override;
  Millis close_within() const override;
  engine_io::Meter& meter() override;
  void note_close(std::uint16_t code, std::string_view why, std::string_view address) override;
  Log& log() const override;
  session::SessionTable& sessions() override;
  WorkerIndex index() const override { return index_; }
  bool knows(WorkerIndex worker) const override;

 private:
  WebSocket* find(const engine_io::ConnectionId& id) const;
  void tell_it_is_over(const engine_io::Sid& socket);
  void relay(engine_io::Command command);

  Worker& worker_;
  const WorkerIndex index_;
  engine_io::Sockets sockets_;
  std::vector<engine_io::Sid> awake_;
  std::vector<engine_io::Sid> attending_;
  std::vector<WorkerIndex> relays_wait_;
};

}  // namespace polygate::server

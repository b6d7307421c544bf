// A client of Socket.IO comes back to its sessions (socket.io documentation, "Connection state recovery"). They stand
// where they stood; its new engine goes there.
#include <algorithm>
#include <utility>

#include "gateway/transport/engine.h"
#include "gateway/transport/worker.h"

namespace polygate::transport {

/// A connect that names a session to go on with. False: it is one for a new session.
bool Engine::go_on(const socket_io::Packet& packet, json::View auth) {
  const auto member = [&](std::string_view name) {
    const auto found = json::find(auth, name);
    return found && found->is_string() ? json::string(*found) : std::string_view();
  };
  const auto key = SecretId::parse(member("pid"));
  const std::string_view offset = member("offset");
  if (!key || close_code_) return false;
  if (key->worker == worker_->index()) return resume(packet.name_space, *key, offset);
  const bool is_bare =
      std::all_of(spaces_.begin(), spaces_.end(), [](const auto& one) { return one->state == Space::State::over; });
  if (moved_ || !is_bare || !worker_->knows(key->worker)) return false;
  leaves_for_ = key->worker;
  std::string text;
  socket_io::append_packet(text, packet);
  held_.push_back({engine_io::Type::message, false, std::move(text)});
  worker_->attend_to(*this);
  return true;
}

bool Engine::resume(std::string_view name, const SecretId& key, std::string_view offset) {
  Space& space = new_space(name);
  auto resumed = worker_->sessions().resume({key, offset, route_.endpoint, name, opening_->address, &space, place_});
  if (!resumed) {
    space.state = Space::State::over;
    return false;
  }
  space.session = resumed->session;
  space.state = Space::State::open;
  if (!closing_ && !draining_) stage_due_ = Instant::max();
  bool fits = true;
  for (FramePtr& frame : resumed->missed) fits = enqueue(std::move(frame), space.index) && fits;
  fits = enqueue(greeting(name, resumed->session), space.index) && fits;
  if (!fits) worker_->sessions().too_slow(resumed->session);
  return true;
}

/// Until it has moved: a client sends few packets before its connects are answered, and hands over no more after this.
void Engine::hold(const engine_io::Packet& packet) {
  held_.push_back({packet.type, packet.binary, std::string(packet.data)});
}

void Engine::arrive(Worker& worker) {
  worker_ = &worker;
  moved_ = true;
  connects_ = {};  // the connect that made it move is judged again
  leaves_for_.reset();
  for (const Held& held : std::exchange(held_, {})) {
    if (over_) break;
    packet({held.type, held.binary, held.data});
  }
  holds_back_ = true;
  worker_->attend_to(*this);
}

/// Its client speaks for the session on another connection, or nothing more of what was read is taken.
void Engine::let_go(Space& space) {
  space.state = Space::State::over;
  space.session = {};
  space.full = false;
  ended_ = true;
  last_code_ = close_code(Reason::taken);
  close_reason_ = "resumed on another connection";
  worker_->attend_to(*this);
}

}  // namespace polygate::transport

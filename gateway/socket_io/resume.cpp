// A client of Socket.IO comes back to its sessions (socket.io documentation, "Connection state recovery"). They stand
// where they stood; its new socket goes there.
#include <algorithm>
#include <utility>

#include "gateway/socket_io/client.h"

namespace polygate::socket_io {

/// A connect that names a session to go on with. False: it is one for a new session.
bool Client::go_on(const Packet& packet, json::View auth) {
  const auto member = [&](std::string_view name) {
    const auto found = json::find(auth, name);
    return found && found->is_string() ? json::string(*found) : std::string_view();
  };
  const auto key = SecretId::parse(member("pid"));
  const std::string_view offset = member("offset");
  if (!key || socket_.ending().is_decided()) return false;
  if (key->worker == socket_.host().index()) return resume(packet.name_space, *key, offset);
  const bool is_bare = std::all_of(namespaces_.begin(), namespaces_.end(),
                                   [](const auto& one) { return one->state == Namespace::State::over; });
  if (!is_bare) return false;
  std::string text;
  append_packet(text, packet);
  return socket_.leave_for(key->worker, std::move(text));
}

bool Client::resume(std::string_view name, const SecretId& key, std::string_view offset) {
  Namespace& space = add(name);
  auto resumed = sessions().resume({key, offset, socket_.route.endpoint, name, opening_.address, &space, place_});
  if (!resumed) {
    space.state = Namespace::State::over;
    return false;
  }
  space.session = resumed->session;
  space.state = Namespace::State::open;
  connect_due_ = Instant::max();
  bool fits = true;
  for (FramePtr& frame : resumed->missed) fits = socket_.push(std::move(frame), space.index) && fits;
  fits = socket_.push(greeting(name, resumed->session), space.index) && fits;
  if (!fits) sessions().too_slow(resumed->session);
  return true;
}

}  // namespace polygate::socket_io

#include "gateway/socket_io/resume.h"

#include <string>
#include <utility>

namespace polygate::socket_io {

std::optional<Resume> Resume::of(json::View data) {
  const auto member = [&](std::string_view name) {
    const auto found = json::find(data, name);
    return found && found->is_string() ? json::string(*found) : std::string_view();
  };
  const auto key = SecretId::parse(member("pid"));
  if (!key) return std::nullopt;
  return Resume(*key, member("offset"));
}

void Resume::strip(Json& data) {
  if (!data.is_object()) return;
  data.erase("pid");
  data.erase("offset");
}

std::optional<session::Resumed> Resume::take(engine_io::Socket& socket, Namespace& space, std::string_view address,
                                             std::shared_ptr<const void> place) const {
  auto resumed = socket.host().sessions().resume(
      {key_, offset_, socket.route.endpoint, space.name, address, &space, std::move(place)});
  space.state = resumed ? Namespace::State::open : Namespace::State::over;
  if (resumed) space.session = resumed->session;
  return resumed;
}

bool Resume::follow(engine_io::Socket& socket, const Packet& connect) const {
  std::string text;
  append_packet(text, connect);
  return socket.leave_for(key_.worker, std::move(text));
}

}  // namespace polygate::socket_io

#include "gateway/server/partner.h"

#include <utility>

#include "gateway/server/connection.h"
#include "gateway/server/worker.h"

namespace polygate::server {

using Kind = engine_io::Input::Kind;

bool Partner::message(Connection& from, bool text, std::string_view bytes) const {
  if (const auto* session = std::get_if<SessionId>(&who_)) {
    return from.worker().sessions().receive(*session, {text, bytes, {}, {}});
  }
  if (const auto* socket = std::get_if<std::unique_ptr<engine_io::Sid>>(&who_)) {
    return from.worker().sockets().message(from.id(), **socket, text, bytes);
  }
  return true;
}

void Partner::alive(Connection& from) const {
  if (const auto* session = std::get_if<SessionId>(&who_)) return from.worker().sessions().alive(*session);
  tell(from, Kind::alive);
}

void Partner::drained(Connection& from) const {
  if (const auto* session = std::get_if<SessionId>(&who_)) return from.worker().sessions().drained(*session);
  tell(from, Kind::drained);
}

void Partner::slow(Connection& from) const {
  tell(from, Kind::slow);
}

void Partner::hang_up(Connection& from, session::Gone why, bool more) const {
  if (const auto* session = std::get_if<SessionId>(&who_)) return from.worker().sessions().hang_up(*session, why, more);
  if (!more) tell(from, Kind::closed);
}

void Partner::tell(Connection& from, Kind kind) const {
  const auto* socket = std::get_if<std::unique_ptr<engine_io::Sid>>(&who_);
  if (socket == nullptr) return;
  engine_io::Input input;
  input.kind = kind;
  input.to = **socket;
  input.from = {from.worker().index(), from.id()};
  from.worker().sockets().tell(std::move(input));
}

}  // namespace polygate::server

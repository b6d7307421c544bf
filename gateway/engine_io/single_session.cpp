#include "gateway/engine_io/single_session.h"

#include <utility>

namespace polygate::engine_io {

SingleSession::SingleSession(Socket& socket, session::Opening opening, auth::IdentityPtr identity)
    : socket_(socket),
      address_(opening.address),
      opening_(std::make_unique<session::Opening>(std::move(opening))),
      identity_(std::move(identity)) {}

void SingleSession::opened() {
  opening_->carrier = this;
  const http::Route& route = socket_.route;
  session::Opening opening = std::move(*std::exchange(opening_, nullptr));
  session_ = sessions().open(route.profile, *route.endpoint, std::move(opening), std::move(identity_));
}

void SingleSession::message(const Packet& packet) {
  if (session_) full_ = !sessions().receive(session_, {!packet.binary, packet.data, std::nullopt, nullptr});
}

void SingleSession::heard() {
  if (std::exchange(is_probed_, false)) sessions().alive(session_);
}

void SingleSession::too_slow() {
  if (session_ && !is_ending_) sessions().too_slow(session_);
}

void SingleSession::drained() {
  if (std::exchange(asks_for_drained_, false)) sessions().drained(session_);
}

void SingleSession::settle() {
  if (!is_ending_ || (socket_.ending().takes_rest() && takes_rest_)) return;
  full_ = false;
  if (session_) sessions().hang_up(std::exchange(session_, {}), session::Gone::closed);
  if (socket_.ending().takes_rest()) socket_.end(session::Gone::closed);
}

void SingleSession::closing(session::Gone why) {
  if (session_) sessions().hang_up(session_, why, true);
}

void SingleSession::closed(session::Gone why, bool) {
  if (session_) sessions().hang_up(std::exchange(session_, {}), why);
}

void SingleSession::tell_when_drained() {
  asks_for_drained_ = true;
  socket_.ask_for_drained();
}

void SingleSession::resume_input() {
  full_ = false;
  socket_.resume_input();
}

void SingleSession::close(const session::Farewell& farewell) {
  if (std::exchange(is_ending_, true)) return;
  takes_rest_ = farewell.takes_rest;
  socket_.close_soon(farewell);
}

void SingleSession::probe() {
  is_probed_ = true;
  socket_.ask();
}

/// Nothing more of what was read is taken.
void SingleSession::let_go() {
  session_ = {};
  takes_rest_ = false;
  full_ = false;
  socket_.host().wake(socket_);
}

}  // namespace polygate::engine_io

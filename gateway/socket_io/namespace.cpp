#include "gateway/socket_io/namespace.h"

#include "gateway/socket_io/client.h"

namespace polygate::socket_io {

bool Namespace::push(FramePtr frame) {
  if (state != State::opening) return client_.socket().push(std::move(frame), index);
  early.push_back(std::move(frame));
  return true;
}

bool Namespace::has_room() const {
  return client_.socket().has_room();
}

void Namespace::tell_when_drained() {
  asks_for_drained = true;
  client_.socket().ask_for_drained();
}

void Namespace::resume_input() {
  is_full = false;
  client_.socket().resume_input();
}

void Namespace::close(const session::Farewell& farewell) {
  client_.end(*this, farewell);
}

void Namespace::probe() {
  is_probed = true;
  client_.socket().ask();
}

void Namespace::let_go() {
  client_.let_go(*this);
}

}  // namespace polygate::socket_io

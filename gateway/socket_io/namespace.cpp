#include "gateway/socket_io/namespace.h"

#include <memory>

#include "gateway/dialect/engine_message.h"
#include "gateway/socket_io/client.h"

namespace polygate::socket_io {

FramePtr frame_of(Type type, std::string_view name_space, std::string_view json) {
  Packet packet;
  packet.type = type;
  packet.name_space = name_space;
  packet.json = json;
  std::string text;
  append_packet(text, packet);
  return std::make_shared<const Frame>(std::make_unique<const dialect::EngineMessage>(true, text));
}

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

#include "bench/load/socket_io.h"

#include "bench/load/sessions.h"

namespace bench::socket_io {

namespace {

constexpr std::uint32_t kFirstId = 100'000;

std::string event_packet(std::string_view id, std::string_view name, std::string_view argument) {
  std::string packet = "42" + std::string(id) + "[\"" + std::string(name) + '"';
  if (!argument.empty()) packet += "," + std::string(argument);
  return packet + "]";
}

/// An argument that makes a packet of `size` bytes, when `rest` is the length of the packet without it.
std::string argument(std::size_t size, std::size_t rest, std::uint32_t variant) {
  std::string head = "{\"note\":\"" + std::to_string(ack_id(variant)) + " ";
  constexpr std::string_view kTail = "\"}";
  if (rest + head.size() + kTail.size() > size) fail("an event does not fit in " + std::to_string(size) + " bytes");
  head.append(size - rest - head.size() - kTail.size(), 'x');
  return head.append(kTail);
}

}  // namespace

std::uint32_t ack_id(std::uint32_t variant) {
  return kFirstId + variant % kFirstId;
}

std::string relay_argument(std::size_t size, std::uint32_t variant) {
  return argument(size, event_packet(std::to_string(ack_id(variant)), "relay", ",").size() - 1, variant);
}

std::string shout_argument(std::size_t size, std::uint32_t variant) {
  return argument(size, event_packet("", "shout", ",").size() - 1, variant);
}

std::string relay_packet(std::size_t size, std::uint32_t variant) {
  return event_packet(std::to_string(ack_id(variant)), "relay", relay_argument(size, variant));
}

std::string shout_packet(std::size_t size, std::uint32_t variant) {
  return event_packet("", "shout", shout_argument(size, variant));
}

std::string join_packet(std::uint32_t variant) {
  return event_packet(std::to_string(ack_id(variant)), "join", "");
}

std::string ack_packet(std::uint32_t variant, std::string_view arguments) {
  return "43" + std::to_string(ack_id(variant)) + "[" + std::string(arguments) + "]";
}

std::string said_packet(std::string_view argument) {
  return event_packet("", "said", argument);
}

}  // namespace bench::socket_io

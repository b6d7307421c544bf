#include "tests/talks/packet.h"

#include <utility>

#include "gateway/dialect/engine_io_packet.h"

namespace polygate::talks {
namespace {

constexpr std::string_view kHexMark = "binary 0x";

}  // namespace

std::vector<Message> messages_of(const Packet& packet) {
  using socket_io::Type;
  socket_io::Packet out;
  out.type = packet.type;
  if (!packet.attachments.empty()) out.type = packet.type == Type::ack ? Type::binary_ack : Type::binary_event;
  out.attachments = packet.attachments.size();
  out.name_space = packet.name_space;
  out.ack = packet.ack;
  out.json = packet.json;
  std::vector<Message> messages = {{"4", true}};
  socket_io::append_packet(messages[0].bytes, out);
  for (const std::string& piece : packet.attachments) messages.push_back({piece, false});
  return messages;
}

std::vector<Message> from_body(std::string_view body, const std::string& name_space) {
  std::vector<Message> messages;
  std::string scratch;
  while (!body.empty()) {
    const auto packet = engine_io::take_packet(engine_io::Payload::v4, body, scratch);
    if (!packet) break;
    std::string bytes = packet->binary ? "" : "4";
    auto inner =
        name_space == "/" || packet->binary ? Failure{Reason::malformed, ""} : socket_io::parse_packet(packet->data);
    if (inner) {
      inner->name_space = name_space;
      socket_io::append_packet(bytes, *inner);
    } else {
      bytes += packet->data;
    }
    messages.push_back({std::move(bytes), !packet->binary});
  }
  return messages;
}

std::optional<Packet> Assembly::add(const Message& message) {
  using socket_io::Type;
  if (!message.text) {
    broken_ = broken_ || !begun_;
    if (!begun_) return std::nullopt;
    begun_->attachments.push_back(message.bytes);
    if (begun_->attachments.size() < missing_) return std::nullopt;
    return std::exchange(begun_, std::nullopt);
  }
  const auto found = message.bytes.starts_with('4') ? socket_io::parse_packet(std::string_view(message.bytes).substr(1))
                                                    : Failure{Reason::malformed, "not a message"};
  if (!found || begun_) {
    broken_ = true;
    return std::nullopt;
  }
  Packet packet;
  packet.type = found->type == Type::binary_event ? Type::event
                : found->type == Type::binary_ack ? Type::ack
                                                  : found->type;
  packet.name_space = found->name_space;
  packet.ack = found->ack;
  packet.json = found->json;
  packet.text = message.bytes;
  missing_ = found->attachments;
  if (missing_ == 0) return packet;
  begun_ = std::move(packet);
  return std::nullopt;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kHexMark);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (!text.starts_with(kHexMark) || text.size() % 2 != kHexMark.size() % 2) return std::nullopt;
  std::string bytes;
  for (text.remove_prefix(kHexMark.size()); !text.empty(); text.remove_prefix(2)) {
    const auto digits = text.substr(0, 2);
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(std::stoi(std::string(digits), nullptr, 16));
  }
  return bytes;
}

}  // namespace polygate::talks

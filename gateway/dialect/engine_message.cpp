#include "gateway/dialect/engine_message.h"

#include <utility>

#include "gateway/wire/websocket_frame.h"

namespace polygate::dialect {
namespace {

constexpr std::size_t kAround = 48;  // what packets and frames put around a message

bool is_v3(EngineEncoding encoding) {
  return encoding != EngineEncoding::websocket_v4 && encoding != EngineEncoding::body_v4;
}

engine_io::Payload payload_of(EngineEncoding encoding) {
  if (encoding == EngineEncoding::body_v4) return engine_io::Payload::v4;
  return encoding == EngineEncoding::body_v3_text ? engine_io::Payload::v3_text : engine_io::Payload::v3_binary;
}

bool is_websocket(EngineEncoding encoding) {
  return encoding == EngineEncoding::websocket_v3 || encoding == EngineEncoding::websocket_v4;
}

/// Puts the header of a WebSocket frame in front of the message that starts at `start`, where `room` bytes are left.
void finish_frame(std::string& out, std::size_t start, std::size_t room, bool binary) {
  const auto header = wire::frame_header(binary ? wire::Opcode::binary : wire::Opcode::text, out.size() - start - room);
  out.replace(start, room, header.view());
}

std::size_t header_size(std::size_t message) {
  return message < 126 ? 2 : message < 65'536 ? 4 : 10;
}

void append(std::string& out, EngineEncoding encoding, const engine_io::Packet& packet) {
  if (!is_websocket(encoding)) {
    engine_io::append_packet(out, payload_of(encoding), packet);
    return;
  }
  const std::size_t start = out.size();
  const std::size_t room = header_size(packet.data.size() + 1);
  out.append(room, '\0');
  engine_io::append_message(out, is_v3(encoding) ? engine_io::Revision::v3 : engine_io::Revision::v4, packet);
  finish_frame(out, start, room, packet.binary);
}

}  // namespace

EngineMessage::EngineMessage(bool text, std::string_view bytes) : text_(text), body_(bytes) {}

EngineMessage::EngineMessage(socket_io::Type type, std::optional<std::uint64_t> ack, std::string json,
                             dialect::Attachments attachments)
    : type_(type), ack_(ack), body_(std::move(json)), attachments_(std::move(attachments)) {}

/// The packet of Socket.IO without its attachments.
void EngineMessage::append_text(std::string& out, const Form& form) const {
  const bool binary = attachments_ != nullptr && !attachments_->empty();
  socket_io::Packet packet;
  packet.type = !binary                            ? *type_
                : *type_ == socket_io::Type::event ? socket_io::Type::binary_event
                                                   : socket_io::Type::binary_ack;
  packet.attachments = binary ? attachments_->size() : 0;
  packet.name_space = form.scope;
  packet.ack = question_ ? std::optional(question_->id) : ack_;
  std::string changed;
  packet.json = body_;
  if (is_v3(static_cast<EngineEncoding>(form.encoding))) {
    socket_io::append_ascii(changed, body_);
    packet.json = changed;
  } else if (offset_ != 0) {
    changed.assign(body_, 0, body_.size() - 1).append(",\"").append(std::to_string(offset_)).append("\"]");
    packet.json = changed;
  }
  socket_io::append_packet(out, packet);
}

std::string EngineMessage::encode(const Form& form) const {
  const auto encoding = static_cast<EngineEncoding>(form.encoding);
  std::string out;
  if (!type_) {
    out.reserve(body_.size() + kAround);
    append(out, encoding, {engine_type_, !text_, body_});
    return out;
  }
  out.reserve(body_.size() + form.scope.size() + kAround);
  if (is_websocket(encoding)) {
    const std::size_t room = header_size(body_.size() + kAround / 4);
    out.append(room, '\0');
    engine_io::append_message(out, engine_io::Revision::v4, {engine_io::Type::message, false, {}});
    append_text(out, form);
    finish_frame(out, 0, room, false);
  } else {
    std::string text;
    append_text(text, form);
    append(out, encoding, {engine_io::Type::message, false, text});
  }
  if (attachments_) {
    for (const std::string& attachment : *attachments_)
      append(out, encoding, {engine_io::Type::message, true, attachment});
  }
  return out;
}

std::size_t EngineMessage::weight() const {
  std::size_t bytes = body_.size() + kAround;
  if (attachments_) {
    for (const std::string& attachment : *attachments_) bytes += attachment.size() + kAround;
  }
  return bytes;
}

std::size_t EngineMessage::packets() const {
  return 1 + (attachments_ ? attachments_->size() : 0);
}

}  // namespace polygate::dialect

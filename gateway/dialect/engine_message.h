#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "gateway/dialect/dialect.h"
#include "gateway/dialect/engine_io_packet.h"
#include "gateway/dialect/socket_io_packet.h"
#include "gateway/routing/frame.h"

namespace polygate::dialect {

/// How a message of Engine.IO goes out: Form::encoding of its frames. The form's scope is the Socket.IO namespace.
enum class EngineEncoding : std::uint8_t {
  websocket_v3,  ///< whole WebSocket frames
  websocket_v4,
  body_v4,  ///< packets for the body of an answer to a poll, see engine_io::Payload
  body_v3_text,
  body_v3_binary,
};

/// A packet of Socket.IO with its attachments, or one message of Engine.IO alone.
class EngineMessage final : public Utterance {
 public:
  /// A message packet: text, or one piece of binary data.
  EngineMessage(bool text, std::string_view bytes);
  /// Any packet of text.
  EngineMessage(engine_io::Type type, std::string_view data) : engine_type_(type), body_(data) {}
  /// An event, or an ack when `type` says so. `json` is the array.
  EngineMessage(socket_io::Type type, std::optional<std::uint64_t> ack, std::string json,
                dialect::Attachments attachments);
  /// The receiver is asked to acknowledge, which then arrives as `question.event`.
  void ask(Question question) { question_ = std::move(question); }
  /// Clients of revision 4 hear the message's name as the event's last argument (socket.io documentation, "Connection
  /// state recovery").
  void name(std::uint64_t offset) { offset_ = offset; }

  std::string encode(const Form& form) const override;
  Form usual() const override { return {static_cast<std::uint8_t>(EngineEncoding::body_v4), "/"}; }
  std::size_t weight() const override;
  std::size_t packets() const override;
  bool is_binary() const override { return !text_ || packets() > 1; }
  const Question* question() const override { return question_ ? &*question_ : nullptr; }
  bool is_answer() const override { return type_ == socket_io::Type::ack; }
  std::uint64_t offset() const override { return offset_; }

 private:
  void append_text(std::string& out, const Form& form) const;

  engine_io::Type engine_type_ = engine_io::Type::message;
  std::optional<socket_io::Type> type_;  ///< none: Engine.IO alone
  bool text_ = true;
  std::optional<std::uint64_t> ack_;
  std::string body_;
  dialect::Attachments attachments_;
  std::optional<Question> question_;
  std::uint64_t offset_ = 0;
};

}  // namespace polygate::dialect

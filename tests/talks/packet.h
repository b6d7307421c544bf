#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/dialect/socket_io_packet.h"
#include "tests/talks/message.h"

namespace polygate::talks {

/// One packet of Socket.IO with its attachments.
struct Packet {
  socket_io::Type type = socket_io::Type::event;  ///< binary_event and binary_ack count as event and ack
  std::string name_space = "/";
  std::optional<std::uint64_t> ack;
  std::string json;
  std::vector<std::string> attachments;
  std::string text;  ///< as it was heard
};

/// As messages of Engine.IO.
std::vector<Message> messages_of(const Packet& packet);

/// The messages in the body of an answer to a poll, as they are heard in `name_space`.
std::vector<Message> from_body(std::string_view body, const std::string& name_space);

/// Puts a packet and its attachments together. `broken`: something came that is none.
class Assembly {
 public:
  std::optional<Packet> add(const Message& message);
  bool broken() const { return broken_; }

 private:
  std::optional<Packet> begun_;
  std::size_t missing_ = 0;
  bool broken_ = false;
};

/// `binary 0x01ff` and back. Nothing when it is not written so.
std::string hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);

}  // namespace polygate::talks

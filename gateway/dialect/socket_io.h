#pragma once
#include <string>

#include "gateway/dialect/dialect.h"

namespace polygate::dialect {

/// Socket.IO: a message is the payload of an event packet, `["name", argument, ...]`. The event's data is its first
/// argument, null when it has none. Namespaces, and the
/// packets on their way, are the carrier's business.
class SocketIo final : public Dialect {
 public:
  SocketIo();

  Result<Event> decode(const Message& message, json::Document& document, const json::Limits& limits) const override;
  /// The data null is no argument.
  void encode(std::string& out, std::string_view name, std::string_view data) const override;
  bool text(std::string_view) const override { return true; }
  FramePtr say(std::string_view name, const Content& content, const Manner& manner) const override;
  FramePtr acknowledge(std::uint64_t ack, const Content& content) const override;

  /// Names that clients keep for themselves (socket.io documentation, "Emit cheatsheet", "Reserved events").
  bool is_reserved(std::string_view name) const override;

 private:
  json::Document null_;  ///< the data of an event without arguments; only read
};

/// Are all placeholders in `value` of attachments that are there? (socket.io-parser: `{"_placeholder": true, "num":
/// 0}`)
bool has_attachments_for(json::View value, std::size_t attachments);

/// The attachments that the placeholders in `json` ask for. They are counted anew, in the order of the text, when some
/// of `all` are left out or stand elsewhere; `json` is changed then.
Attachments used_attachments(std::string& json, const Attachments& all);

/// Puts null in the place of each placeholder: what it stood for is no longer there.
void forget_attachments(Json& tree);

}  // namespace polygate::dialect

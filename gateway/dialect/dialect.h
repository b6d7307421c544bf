#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::dialect {

/// The binary pieces of a message, for which placeholders stand in its JSON. Null when there are none.
using Attachments = std::shared_ptr<const std::vector<std::string>>;

/// One whole message as it came.
struct Message {
  bool text = true;
  std::string_view bytes;
  std::optional<std::uint64_t> ack;  ///< the sender waits for an answer under this id
  Attachments attachments;
};

/// What a client said, decoded: an event with its name and data. Views point into the Document (and, for raw messages,
/// into the received bytes); valid as long as those.
struct Event {
  std::string_view name;
  std::string_view data_bytes;  ///< the data's own bytes in the message; "null" when the message has none
  json::View data;              ///< the same, parsed; meaningless in a dialect without JSON
  // In a dialect whose events have arguments; `data` is the first of them.
  std::size_t arguments = 1;
  std::string_view argument_bytes;  ///< all of them, separated by commas
  json::View items;                 ///< an array: the name, then the arguments
  std::optional<std::uint64_t> ack;
  Attachments attachments;

  /// In a dialect with JSON: false when the message could not be read, and is known for nothing but its `ack`.
  bool is_read() const { return !data_bytes.empty(); }
};

/// What carries a dialect's messages.
enum class Carriage : std::uint8_t {
  websocket,  ///< each is a WebSocket message
  engine_io,  ///< each is a message packet of Engine.IO
  socket_io,  ///< each is an event packet of Socket.IO
};

/// Messages <-> events for one profile. Immutable after start, shared by all threads; no I/O. State of a connection,
/// where a dialect has some, lives with the session.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// Decodes one whole message into `document` and an event that points there.
  virtual Result<Event> decode(const Message& message, json::Document& document, const json::Limits& limits) const = 0;
  /// Appends the message that says event `name` with `data` (JSON text; raw bytes in a dialect without JSON).
  virtual void encode(std::string& out, std::string_view name, std::string_view data) const = 0;
  /// Does the message that says event `name` go out as text? (Binary otherwise.)
  virtual bool text(std::string_view name) const = 0;
  /// Does its data have a JSON Schema?
  virtual bool json() const = 0;
  virtual Carriage carriage() const { return Carriage::websocket; }
};

}  // namespace polygate::dialect

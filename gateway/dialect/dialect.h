#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/base/result.h"
#include "gateway/routing/frame.h"

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
  // `data` is the first argument; in a dialect whose events have no arguments, the only one.
  std::size_t arguments = 1;
  std::string_view argument_bytes;  ///< all of them, separated by commas
  bool has_items = false;           ///< in a dialect whose events have arguments
  json::View items;                 ///< an array: the name, then the arguments
  std::optional<std::uint64_t> ack;
  Attachments attachments;

  /// In a dialect with JSON: false when the message could not be read, and is known for nothing but its `ack`.
  bool is_read() const { return !data_bytes.empty(); }
};

/// What a message says that goes out.
struct Content {
  std::string_view text;      ///< JSON text of the data; raw bytes in a dialect without JSON
  bool arguments = false;     ///< `text` is any number of arguments, separated by commas
  bool unchanged = false;     ///< `text` is that of the message whose attachments these are
  Attachments attachments{};  ///< for which placeholders may stand in `text`
  bool whole = false;         ///< `text` is all of the message, which then names no event; not over Engine.IO
};

/// What is expected of those who hear it.
struct Manner {
  std::string_view asks_for;  ///< the event as which their acknowledgements arrive; empty: none
  bool is_named = false;      ///< it bears a name, by which a client that comes back tells what it heard last
};

/// What a dialect has: who needs to know asks for that, not for its name.
struct Traits {
  bool json = true;               ///< its data have schemas
  bool arguments = false;         ///< an event has any number of them, `data` is the first
  bool acknowledgements = false;  ///< an event may ask for one
  bool namespaces = false;        ///< a connection may be several sessions, each of which connects by itself
  bool recovery = false;          ///< a client may come back to its session
  bool engine_io = false;         ///< it is spoken over Engine.IO; otherwise each message is one of a WebSocket
  bool strict = false;            ///< what cannot be read ends the conversation
};

/// Messages <-> events for one profile. Immutable after start, shared by all threads; no I/O. State of a connection,
/// where a dialect has some, lives with the session.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// Decodes one whole message into `document` and an event that points there.
  virtual Result<Event> decode(const Message& message, json::Document& document, const json::Limits& limits) const = 0;
  /// Appends the message that says event `name` with `data` (JSON text; raw bytes in a dialect without JSON), as it
  /// stands in decode().
  virtual void encode(std::string& out, std::string_view name, std::string_view data) const = 0;
  /// Does that go out as text? (Binary otherwise.)
  virtual bool text(std::string_view name) const = 0;
  /// The message that says event `name`.
  virtual FramePtr say(std::string_view name, const Content& content, const Manner& manner) const;
  /// The acknowledgement of an event that came with the id `ack`. Null in a dialect that has none.
  virtual FramePtr acknowledge(std::uint64_t ack, const Content& content) const;
  /// Do its clients keep this event name for themselves?
  virtual bool is_reserved(std::string_view) const { return false; }
  const Traits& traits() const { return traits_; }

 protected:
  explicit Dialect(const Traits& traits) : traits_(traits) {}

 private:
  const Traits traits_;
};

}  // namespace polygate::dialect

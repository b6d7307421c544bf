#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::dialect {

/// What a client said, decoded: an event with its name and data. Views point into the Document (and, for raw messages,
/// into the received bytes); valid as long as those.
struct Event {
  std::string_view name;
  std::string_view data_bytes;  ///< the data's own bytes in the message; "null" when the message has none
  json::View data;              ///< the same, parsed; meaningless in a dialect without JSON
};

/// Messages <-> events for one profile. Immutable after start, shared by all threads; no I/O. State of a connection,
/// where a dialect has some, lives with the session.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// Decodes one whole WebSocket message into `document` and an event that points there.
  virtual Result<Event> decode(bool text, std::string_view message, json::Document& document,
                               const json::Limits& limits) const = 0;
  /// Appends the message that says event `name` with `data` (JSON text; raw bytes in a dialect without JSON).
  virtual void encode(std::string& out, std::string_view name, std::string_view data) const = 0;
  /// Does the message that says event `name` go out as text? (Binary otherwise.)
  virtual bool text(std::string_view name) const = 0;
  /// Does its data have a JSON Schema?
  virtual bool json() const = 0;
};

}  // namespace polygate::dialect

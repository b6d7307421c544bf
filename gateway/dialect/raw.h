#pragma once
#include "gateway/dialect/dialect.h"

namespace polygate::dialect {

/// No protocol at all: every message is the event `text` or `binary`, its data the message's bytes, whole and
/// unchanged. Nothing is parsed and nothing has a schema.
class Raw : public Dialect {
 public:
  Raw() : Raw(Traits{.json = false}) {}

  static constexpr std::string_view kText = "text";
  static constexpr std::string_view kBinary = "binary";

  Result<Event> decode(const Message& message, json::Document&, const json::Limits& limits) const override {
    if (message.bytes.size() > limits.max_bytes) {
      return Failure{Reason::limited, "a message of " + std::to_string(message.bytes.size()) + " bytes, at most " +
                                          std::to_string(limits.max_bytes) + " are accepted"};
    }
    Event event;
    event.name = message.text ? kText : kBinary;
    event.data_bytes = message.bytes;
    return event;
  }
  void encode(std::string& out, std::string_view, std::string_view data) const override { out += data; }
  bool text(std::string_view name) const override { return name != kBinary; }

 protected:
  explicit Raw(const Traits& traits) : Dialect(traits) {}
};

}  // namespace polygate::dialect

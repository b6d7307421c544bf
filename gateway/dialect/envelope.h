#pragma once
#include <string>

#include "gateway/dialect/dialect.h"

namespace polygate::dialect {

/// JSON over plain WebSocket: every message is an object that holds the event's name under one key and its data under
/// another, such as {"event": "temperature", "data": {...}}. Other keys are allowed and not looked at. A message
/// without data has the data null. With an empty `body_key` the whole message is the data, name included.
class Envelope final : public Dialect {
 public:
  Envelope(std::string name_key, std::string body_key);

  Result<Event> decode(const Message& message, json::Document& document, const json::Limits& limits) const override;
  /// The data null is left out. With an empty `body_key`, `data` is an object, whose members follow the name, or null.
  void encode(std::string& out, std::string_view name, std::string_view data) const override;
  bool text(std::string_view) const override { return true; }

 private:
  void encode_flat(std::string& out, std::string_view name, std::string_view data) const;
  bool is_name_key(std::string_view quoted) const;

  std::string name_key_;
  std::string body_key_;
  std::string opening_;  ///< `{"event":`
  std::string middle_;   ///< `,"data":`
  json::Document null_;  ///< the data of a message without any; only read
};

}  // namespace polygate::dialect

#include "gateway/dialect/envelope.h"

#include <cstdlib>

namespace polygate::dialect {
Envelope::Envelope(std::string name_key, std::string body_key)
    : Dialect(Traits{}), name_key_(std::move(name_key)), body_key_(std::move(body_key)) {
  opening_ = "{";
  json::append_string(opening_, name_key_);
  opening_ += ':';
  middle_ = ",";
  json::append_string(middle_, body_key_);
  middle_ += ':';
  if (!null_.parse("null")) std::abort();
}

Result<Event> Envelope::decode(const Message& message, json::Document& document, const json::Limits& limits) const {
  if (!message.text) return Failure{Reason::malformed, "a binary message where JSON text is spoken"};
  if (auto parsed = document.parse(message.bytes, limits); !parsed) return parsed.failure();
  const json::View root = document.root();
  if (!root.is_object()) {
    return Failure{Reason::malformed, "the message is " + std::string(json::type_name(root)) + ", expected an object"};
  }
  std::optional<json::View> name;
  Event event;
  event.data = null_.root();
  event.data_bytes = "null";
  if (body_key_.empty()) {
    name = json::find(root, name_key_);
    event.data = root;
    event.data_bytes = event.argument_bytes = document.bytes();
  } else {
    json::members(root, document.bytes(), [&](const json::Member& member) {
      if (member.key == name_key_) {
        name = member.value;
      } else if (member.key == body_key_) {
        event.data = member.value;
        event.data_bytes = member.bytes;
      }
      return true;
    });
    event.arguments = event.data.is_null() ? 0 : 1;
    if (event.arguments == 1) event.argument_bytes = event.data_bytes;
  }
  if (!name) return Failure{Reason::malformed, "no \"" + name_key_ + "\" in the message"};
  if (!name->is_string()) {
    return Failure{Reason::malformed,
                   "\"" + name_key_ + "\" is " + std::string(json::type_name(*name)) + ", expected a string"};
  }
  event.name = json::string(*name);
  return event;
}

void Envelope::encode(std::string& out, std::string_view name, std::string_view data) const {
  if (body_key_.empty()) return encode_flat(out, name, data);
  out += opening_;
  json::append_string(out, name);
  if (data != "null") out.append(middle_).append(data);
  out += '}';
}

void Envelope::encode_flat(std::string& out, std::string_view name, std::string_view data) const {
  out += opening_;
  json::append_string(out, name);
  json::MemberText members(data);
  while (members.next()) {
    if (is_name_key(members.key())) continue;  // the event's own name stands there already
    out.append(1, ',').append(members.key()).append(1, ':').append(members.value());
  }
  out += '}';
}

bool Envelope::is_name_key(std::string_view quoted) const {
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside == name_key_;
  json::Document key;
  return key.parse(quoted) && json::string(key.root()) == name_key_;
}

}  // namespace polygate::dialect

#include "gateway/dialect/socket_io.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "gateway/base/ids.h"
#include "gateway/base/json_text.h"
#include "gateway/dialect/engine_message.h"

namespace polygate::dialect {
namespace {

constexpr std::string_view kPlaceholder = "_placeholder";

bool is_placeholder(json::View value) {
  const auto mark = json::find(value, kPlaceholder);
  bool set = false;
  return mark && mark->is_bool() && !mark->get_bool().get(set) && set;
}

/// Gives the placeholders below `tree` new numbers, each attachment one, in the order in which they are met.
void renumber(Json& tree, std::vector<std::optional<std::size_t>>& numbers, std::vector<std::size_t>& used) {
  if (tree.is_array()) {
    for (Json& item : tree) renumber(item, numbers, used);
    return;
  }
  if (!tree.is_object()) return;
  const auto mark = tree.find(kPlaceholder);
  if (mark != tree.end() && mark->is_boolean() && mark->get<bool>()) {
    const auto number = tree.find("num");
    if (number == tree.end() || !number->is_number_unsigned() || number->get<std::size_t>() >= numbers.size()) return;
    const auto old = number->get<std::size_t>();
    if (!numbers[old]) {
      numbers[old] = used.size();
      used.push_back(old);
    }
    *number = *numbers[old];
    return;
  }
  for (auto& [key, value] : tree.items()) renumber(value, numbers, used);
}

/// `["name",...]`, or `[...]` of an acknowledgement, which has no name.
std::string array_of(std::string_view name, const Content& content) {
  std::string json = "[";
  json.reserve(name.size() + content.text.size() + 5);
  if (!name.empty()) json::append_string(json, name);
  const bool any = content.arguments ? !content.text.empty() : content.text != "null";
  if (any && !name.empty()) json += ',';
  if (any) json += content.text;
  json += ']';
  return json;
}

Attachments attachments_of(std::string& json, const Content& content) {
  return content.unchanged ? content.attachments : used_attachments(json, content.attachments);
}

/// What no other message bears: a number above 0, of 53 bits.
std::uint64_t new_offset() {
  return (random_u64() >> 11) | 1;
}

}  // namespace

SocketIo::SocketIo()
    : Dialect(Traits{.arguments = true,
                     .acknowledgements = true,
                     .namespaces = true,
                     .recovery = true,
                     .engine_io = true,
                     .strict = true}) {
  if (!null_.parse("null")) std::abort();
}

Result<Event> SocketIo::decode(const Message& message, json::Document& document, const json::Limits& limits) const {
  if (auto parsed = document.parse(message.bytes, limits); !parsed) return parsed.failure();
  const json::View root = document.root();
  if (!root.is_array()) {
    return Failure{Reason::malformed, "the event is " + std::string(json::type_name(root)) + ", expected a list"};
  }
  const simdjson::dom::array items = json::array(root);
  auto item = items.begin();
  if (items.size() == 0 || !(*item).is_string()) {
    return Failure{Reason::malformed, "the event does not start with its name, a string"};
  }
  Event event;
  event.name = json::string(*item);
  if (is_reserved(event.name)) {
    return Failure{Reason::malformed, "the event name \"" + std::string(event.name) + "\" is reserved"};
  }
  if (message.attachments && !has_attachments_for(root, message.attachments->size())) {
    return Failure{Reason::malformed, "a placeholder for an attachment that is not there"};
  }
  event.has_items = true;
  event.items = root;
  event.arguments = items.size() - 1;
  event.ack = message.ack;
  event.attachments = message.attachments;
  if (event.arguments == 0) {
    event.data = null_.root();
    event.data_bytes = "null";
    return event;
  }
  ++item;
  event.data = *item;
  const std::string_view text = document.bytes();
  const std::size_t name_end = json::value_end(text, text.find('"'));
  const std::size_t comma = text.find(',', name_end);
  event.argument_bytes = json::trimmed(text.substr(comma + 1, text.size() - comma - 2));
  event.data_bytes = event.arguments == 1 ? event.argument_bytes
                                          : event.argument_bytes.substr(0, json::value_end(event.argument_bytes, 0));
  return event;
}

void SocketIo::encode(std::string& out, std::string_view name, std::string_view data) const {
  out += array_of(name, {.text = data});
}

FramePtr SocketIo::say(std::string_view name, const Content& content, const Manner& manner) const {
  std::string json = array_of(name, content);
  Attachments attachments = attachments_of(json, content);
  auto message =
      std::make_unique<EngineMessage>(socket_io::Type::event, std::nullopt, std::move(json), std::move(attachments));
  if (!manner.asks_for.empty()) {
    message->ask({small_id(), std::string(manner.asks_for)});
  } else if (manner.is_named) {
    message->name(new_offset());
  }
  return std::make_shared<const Frame>(std::move(message));
}

FramePtr SocketIo::acknowledge(std::uint64_t ack, const Content& content) const {
  std::string json = array_of({}, content);
  Attachments attachments = attachments_of(json, content);
  return std::make_shared<const Frame>(
      std::make_unique<const EngineMessage>(socket_io::Type::ack, ack, std::move(json), std::move(attachments)));
}

bool SocketIo::is_reserved(std::string_view name) const {
  constexpr std::array<std::string_view, 6> kReserved = {"connect",       "connect_error", "disconnect",
                                                         "disconnecting", "newListener",   "removeListener"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

bool has_attachments_for(json::View value, std::size_t attachments) {
  if (value.is_array()) {
    const simdjson::dom::array items = json::array(value);
    return std::all_of(items.begin(), items.end(),
                       [&](json::View item) { return has_attachments_for(item, attachments); });
  }
  if (!value.is_object()) return true;
  if (is_placeholder(value)) {
    const auto number = json::find(value, "num");
    std::uint64_t at = 0;
    return number && number->is_uint64() && !number->get_uint64().get(at) && at < attachments;
  }
  for (const auto field : json::object(value)) {
    if (!has_attachments_for(field.value, attachments)) return false;
  }
  return true;
}

void forget_attachments(Json& tree) {
  if (tree.is_array()) {
    for (Json& item : tree) forget_attachments(item);
    return;
  }
  if (!tree.is_object()) return;
  const auto mark = tree.find(kPlaceholder);
  if (mark != tree.end() && mark->is_boolean() && mark->get<bool>()) {
    tree = nullptr;
    return;
  }
  for (auto& [key, value] : tree.items()) forget_attachments(value);
}

Attachments used_attachments(std::string& json, const Attachments& all) {
  if (!all || json.find(kPlaceholder) == std::string::npos) return nullptr;
  Json tree = Json::parse(json, nullptr, false);
  if (tree.is_discarded()) return nullptr;
  std::vector<std::optional<std::size_t>> numbers(all->size());
  std::vector<std::size_t> used;
  renumber(tree, numbers, used);
  if (used.empty()) return nullptr;
  if (used.size() == all->size() && std::is_sorted(used.begin(), used.end())) return all;
  json = tree.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto some = std::make_shared<std::vector<std::string>>();
  for (const std::size_t number : used) some->push_back((*all)[number]);
  return some;
}

}  // namespace polygate::dialect

#include "gateway/profile/read_template.h"

#include <algorithm>

#include "gateway/base/json.h"
#include "gateway/profile/read.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

bool all_constant(const std::vector<Shape>& items) {
  return std::all_of(items.begin(), items.end(), [](const Shape& item) { return item.kind == Shape::Kind::constant; });
}

Shape read_list(ReadContext& context, const yaml::Node& node) {
  Shape shape;
  shape.place = node.place();
  for (const yaml::Node& item : node.items()) shape.items.push_back(read_shape(context, item));
  if (!all_constant(shape.items)) {
    shape.kind = Shape::Kind::list;
    return shape;
  }
  shape.constant = "[";
  for (const Shape& item : shape.items) shape.constant += (&item == &shape.items[0] ? "" : ",") + item.constant;
  shape.constant += ']';
  shape.items.clear();
  return shape;
}

/// `{$each: $data.list, name: $each.name}`: a list, of one mapping for each element.
Shape read_each(ReadContext& context, const yaml::Node& node) {
  Shape shape;
  shape.kind = Shape::Kind::each;
  shape.place = node.place();
  if (auto list = read_one_path(context, *node.find("$each"), "`$each`")) shape.text = std::move(*list);
  Shape& one = shape.items.emplace_back();
  one.kind = Shape::Kind::map;
  one.place = node.place();
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (entry.key != "$each") one.entries.push_back({entry.key, read_shape(context, entry.value)});
  }
  if (one.entries.empty()) {
    context.problem(node.place(), "`$each` makes one mapping of each element: its fields stand beside it",
                    "such as {$each: $data.list, name: $each.name}");
  }
  return shape;
}

Shape read_map(ReadContext& context, const yaml::Node& node) {
  Shape shape;
  shape.place = node.place();
  if (refuse_braces(context, node)) {
    shape.kind = Shape::Kind::map;  // whatever was meant, it was no constant
    return shape;
  }
  if (node.find("$each") != nullptr) return read_each(context, node);
  shape.entries = read_fields(context, node, "data");
  const bool constant = std::all_of(shape.entries.begin(), shape.entries.end(),
                                    [](const auto& entry) { return entry.value.kind == Shape::Kind::constant; });
  if (!constant) {
    shape.kind = Shape::Kind::map;
    return shape;
  }
  shape.constant = "{";
  for (const auto& [key, value] : shape.entries) {
    if (shape.constant.size() > 1) shape.constant += ',';
    shape.constant += json_string(key) + ':' + value.constant;
  }
  shape.constant += '}';
  shape.entries.clear();
  return shape;
}

/// The settings that it names count as read, also where its step is switched off.
Text read_any(ReadContext& context, const yaml::Node& node) {
  Text text = parse_text(node.text(), node.place(), context.diagnostics);
  for (const Text::Part& part : text.parts) {
    for (const Path* path = part.has_path ? &part.path : nullptr; path != nullptr; path = path->key.get()) {
      if (path->root != Root::settings) continue;
      context.profile.settings_read.insert(path->segments.empty() ? "" : path->segments[0]);
    }
  }
  return text;
}

}  // namespace

std::optional<Text> read_text(ReadContext& context, const yaml::Node& node, std::string_view what) {
  if (!node.is_string()) {
    mismatch(context, node, what, "text");
    return std::nullopt;
  }
  return read_any(context, node);
}

std::optional<Text> read_one_path(ReadContext& context, const yaml::Node& node, std::string_view what) {
  auto text = read_text(context, node, what);
  if (text && !text->is_one_path()) {
    context.problem(node.place(),
                    std::string(what) + " is one `$path` and nothing else, this is `" + node.text() + "`");
    return std::nullopt;
  }
  return text;
}

Shape read_shape(ReadContext& context, const yaml::Node& node) {
  if (node.is_list()) return read_list(context, node);
  if (node.is_map()) return read_map(context, node);
  Shape shape;
  shape.place = node.place();
  if (!node.is_string()) {
    shape.constant = node.to_json().dump();
    return shape;
  }
  shape.text = read_any(context, node);
  if (shape.text.is_constant()) {
    shape.constant = json_string(shape.text.constant());
    shape.text = {};
  } else {
    shape.kind = Shape::Kind::text;
  }
  return shape;
}

std::vector<Shape::Entry> read_fields(ReadContext& context, const yaml::Node& node, std::string_view what) {
  std::vector<Shape::Entry> fields;
  if (!node.is_map()) {
    mismatch(context, node, what, "a mapping");
    return fields;
  }
  if (refuse_braces(context, node)) return fields;
  for (const yaml::Node::Entry& entry : node.entries()) {
    const std::string_view key = entry.key;
    if (key.starts_with('$') && root_named(key.substr(1, key.find('.') - 1))) {
      context.problem(entry.key_place, "a field's name is plain text, `" + entry.key + "` would not be replaced");
    }
    fields.push_back({entry.key, read_shape(context, entry.value)});
  }
  return fields;
}

std::optional<TopicText> read_topic(ReadContext& context, const yaml::Node& node, std::string_view what) {
  auto text = read_text(context, node, what);
  if (!text) return std::nullopt;
  TopicText topic;
  topic.place = node.place();
  topic.name = std::move(*text);
  const std::string first = topic.name.parts.empty() ? std::string() : topic.name.parts[0].literal;
  const std::size_t slash = first.find('/');
  if (slash == std::string::npos || !is_name(std::string_view(first).substr(0, slash))) {
    context.problem(node.place(),
                    std::string(what) + " is `family/name` with a plain family, this is `" + node.text() + "`");
    return std::nullopt;
  }
  topic.family = first.substr(0, slash);
  topic.name.parts[0].literal.erase(0, slash + 1);
  if (topic.name.is_constant() && topic.name.constant().empty()) {
    context.problem(node.place(), std::string(what) + " has no name behind `" + topic.family + "/`");
    return std::nullopt;
  }
  return topic;
}

std::vector<TopicText> read_topics(ReadContext& context, const yaml::Node& node, std::string_view what) {
  std::vector<TopicText> topics;
  each_of(node, [&](const yaml::Node& item) {
    if (auto topic = read_topic(context, item, what)) topics.push_back(std::move(*topic));
  });
  return topics;
}

void hold_family(ReadContext& context, const TopicText& topic, TopicKind kind) {
  const std::string& family = topic.family;
  if (family == "session" || family == "user" || family == "role") {
    context.problem(topic.place, "`" + family + "/` is kept by the gateway itself, a rule cannot " +
                                     (kind == TopicKind::claimed ? "claim" : "join") + " it");
    return;
  }
  const auto [known, is_new] = context.profile.families.emplace(family, kind);
  if (is_new) {
    context.family_places.emplace(family, topic.place);
    return;
  }
  if (known->second == kind) return;
  const bool was_claimed = known->second == TopicKind::claimed;
  context.problem(topic.place, "family `" + family + "` is " + (was_claimed ? "claimed" : "joined") + " on line " +
                                   std::to_string(context.family_places[family].line) + " and " +
                                   (was_claimed ? "joined" : "claimed") + " here; a family is one or the other");
}

}  // namespace polygate::profile

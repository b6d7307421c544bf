#include "gateway/rules/render.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace polygate::rules {
namespace {

/// Escapes what `out` holds from `from` on. False when that has a character that no topic name may have.
bool escape_behind(std::string& out, std::size_t from) {
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '/' && c != '%';
  };
  const auto first = std::find_if_not(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), is_plain);
  if (first == out.end()) return true;
  const std::string rest(first, out.end());
  out.erase(first, out.end());
  for (const char c : rest) {
    if (is_plain(c)) {
      out += c;
    } else if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      return false;
    }
  }
  return true;
}

Failure bad_topic(const profile::TopicText& topic, std::string_view why) {
  return {Reason::invalid, "the name of topic " + topic.family + "/ " + std::string(why)};
}

/// What `path` found, as one more piece of a topic's key, in which `prefix` bytes stand before the name.
Result<void> append_piece(std::string& key, std::size_t prefix, const Value& value, const profile::TopicText& topic,
                          const profile::Path& path) {
  const std::size_t before = key.size();
  value.append_text(key);
  if (key.size() == before) return bad_topic(topic, "is empty where " + path.text() + " stands");
  if (!escape_behind(key, before)) return bad_topic(topic, "holds a control character from " + path.text());
  if (key.size() - prefix > kMaxTopicName) return bad_topic(topic, "is longer than 256 bytes");
  return {};
}

/// One mapping for each element; nothing where that is no list.
bool append_each(std::string& out, const profile::Shape& shape, Scope& scope) {
  const Value list = scope.find(shape.text.parts[0].path);
  if (!list.is_list()) return false;
  out += '[';
  const Value* const outer = scope.each;
  bool first = true;
  for (const Value& item : list.items()) {
    scope.each = &item;
    if (!std::exchange(first, false)) out += ',';
    append_json(out, shape.items[0], scope);
  }
  scope.each = outer;
  out += ']';
  return true;
}

}  // namespace

void append_text(std::string& out, const profile::Text& text, Scope& scope) {
  for (const profile::Text::Part& part : text.parts) {
    out += part.literal;
    if (part.has_path) scope.find(part.path).append_text(out);
  }
}

std::string render_text(const profile::Text& text, Scope& scope) {
  std::string out;
  append_text(out, text, scope);
  return out;
}

std::optional<std::string> whole_text(const profile::Text& text, Scope& scope) {
  std::string out;
  for (const profile::Text::Part& part : text.parts) {
    out += part.literal;
    if (!part.has_path) continue;
    const Value value = scope.find(part.path);
    if (value.kind == Value::Kind::absent) return std::nullopt;
    value.append_text(out);
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

bool append_json(std::string& out, const profile::Shape& shape, Scope& scope) {
  switch (shape.kind) {
    case profile::Shape::Kind::constant:
      out += shape.constant;
      return true;
    case profile::Shape::Kind::text: {
      if (shape.text.is_one_path()) {
        const Value value = scope.find(shape.text.parts[0].path);
        if (value.kind == Value::Kind::absent) return false;
        value.append_json(out);
        return true;
      }
      json::append_string(out, render_text(shape.text, scope));
      return true;
    }
    case profile::Shape::Kind::list: {
      out += '[';
      bool first = true;
      for (const profile::Shape& item : shape.items) {
        const std::size_t before = out.size();
        if (!first) out += ',';
        if (append_json(out, item, scope)) {
          first = false;
        } else {
          out.resize(before);
        }
      }
      out += ']';
      return true;
    }
    case profile::Shape::Kind::each:
      return append_each(out, shape, scope);
    case profile::Shape::Kind::map: {
      out += '{';
      bool first = true;
      for (const auto& [key, entry] : shape.entries) {
        const std::size_t before = out.size();
        if (!first) out += ',';
        json::append_string(out, key);
        out += ':';
        if (append_json(out, entry, scope)) {
          first = false;
        } else {
          out.resize(before);
        }
      }
      out += '}';
      return true;
    }
  }
  return false;
}

Result<void> append_topics(std::vector<Topic>& out, const profile::TopicText& topic, Scope& scope) {
  constexpr std::size_t kUsualName = 40;
  std::string first;
  first.reserve(scope.profile->name.size() + topic.family.size() + kUsualName);
  Topic::append_prefix(first, scope.profile->name, topic.family);
  const std::size_t prefix = first.size();
  std::vector<std::string> more;  // besides the first, once a list was met
  const bool is_path = topic.name.is_one_path();
  std::vector<bool> are_values;  // of a name that is one path
  for (const profile::Text::Part& part : topic.name.parts) {
    first += part.literal;
    for (std::string& each : more) each += part.literal;
    if (!part.has_path) continue;
    const Value value = scope.find(part.path);
    if (value.kind == Value::Kind::absent) return {};
    if (!value.is_list()) {
      auto added = append_piece(first, prefix, value, topic, part.path);
      for (std::string& each : more) {
        if (added) added = append_piece(each, prefix, value, topic, part.path);
      }
      if (!added) return added;
      if (is_path && value.is_typed()) are_values.push_back(true);
      continue;
    }
    const std::vector<Value> items = value.items();
    if (items.empty()) return {};
    if (items.size() * (1 + more.size()) > 10'000) return bad_topic(topic, "stands for too many at once");
    std::vector<std::string> longer;
    longer.reserve(items.size() * (1 + more.size()));
    more.insert(more.begin(), first);
    for (const std::string& each : more) {
      for (const Value& item : items) {
        auto added = append_piece(longer.emplace_back(each), prefix, item, topic, part.path);
        if (!added) return added;
      }
    }
    for (const Value& item : items) {
      if (is_path) are_values.push_back(item.is_typed());
    }
    first = longer.front();
    more.assign(longer.begin() + 1, longer.end());
  }
  const auto is_value = [&](std::size_t index) {
    return index < are_values.size() ? are_values[index] : topic.is_value;
  };
  out.push_back({topic.kind, is_value(0), std::move(first)});
  for (std::size_t i = 0; i < more.size(); ++i) out.push_back({topic.kind, is_value(i + 1), std::move(more[i])});
  return {};
}

std::optional<Topic> built_in_topic(const profile::Profile& profile, std::string_view family, std::string_view name) {
  std::string escaped(name);
  if (name.empty() || !escape_behind(escaped, 0) || escaped.size() > kMaxTopicName) return std::nullopt;
  return Topic::make(TopicKind::joined, profile.name, family, escaped);
}

profile::TopicText constant_topic(const Topic& topic) {
  profile::TopicText text;
  text.family = topic.family();
  text.name.parts.push_back({std::string(topic.name()), false, {}});
  text.kind = topic.kind;
  text.is_value = topic.is_value;
  return text;
}

std::string unescape_topic_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 3) == "%2F" || name.substr(i, 3) == "%25") {
      out += name[i + 2] == 'F' ? '/' : '%';
      i += 2;
    } else {
      out += name[i];
    }
  }
  return out;
}

}  // namespace polygate::rules

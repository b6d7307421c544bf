#include "gateway/rules/render.h"

#include <memory>

namespace polygate::rules {
namespace {

/// False when the value has a character that no topic name may have.
bool append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    if (c == '/') {
      out += "%2F";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return true;
}

Failure bad_topic(const profile::TopicText& topic, std::string_view why) {
  return {Reason::invalid, "the name of topic " + topic.family + "/ " + std::string(why)};
}

TopicKind kind_of(const profile::Profile& profile, const std::string& family) {
  if (family == "session") return TopicKind::session;
  const auto known = profile.families.find(family);
  return known == profile.families.end() ? TopicKind::joined : known->second;
}

/// What `path` found, as one more piece of a topic's name.
Result<void> append_piece(std::string& name, const Value& value, const profile::TopicText& topic,
                          const profile::Path& path) {
  std::string text;
  value.append_text(text);
  if (text.empty()) return bad_topic(topic, "is empty where " + path.text() + " stands");
  if (!append_escaped(name, text)) return bad_topic(topic, "holds a control character from " + path.text());
  if (name.size() > kMaxTopicName) return bad_topic(topic, "is longer than 256 bytes");
  return {};
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
  std::string first;
  std::vector<std::string> more;  // besides the first, once a list was met
  for (const profile::Text::Part& part : topic.name.parts) {
    first += part.literal;
    for (std::string& each : more) each += part.literal;
    if (!part.has_path) continue;
    const Value value = scope.find(part.path);
    if (value.kind == Value::Kind::absent) return {};
    if (!value.is_list()) {
      auto added = append_piece(first, value, topic, part.path);
      for (std::string& each : more) {
        if (added) added = append_piece(each, value, topic, part.path);
      }
      if (!added) return added;
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
        auto added = append_piece(longer.emplace_back(each), item, topic, part.path);
        if (!added) return added;
      }
    }
    first = longer.front();
    more.assign(longer.begin() + 1, longer.end());
  }
  const TopicKind kind = kind_of(*scope.profile, topic.family);
  out.push_back(Topic::make(kind, scope.profile->name, topic.family, first));
  for (const std::string& each : more) out.push_back(Topic::make(kind, scope.profile->name, topic.family, each));
  return {};
}

std::optional<Topic> built_in_topic(const profile::Profile& profile, std::string_view family, std::string_view name) {
  std::string escaped;
  if (name.empty() || !append_escaped(escaped, name) || escaped.size() > kMaxTopicName) return std::nullopt;
  return Topic::make(TopicKind::joined, profile.name, family, escaped);
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

#pragma once
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/profile/read.h"

namespace polygate {

/// "name rest": an event and its data, without JSON.
class WordsDialect final : public dialect::Dialect {
 public:
  WordsDialect() : Dialect(dialect::Traits{.json = false}) {}
  Result<dialect::Event> decode(const dialect::Message& whole, json::Document&, const json::Limits&) const override {
    const std::string_view message = whole.bytes;
    const std::size_t space = std::min(message.find(' '), message.size());
    dialect::Event event;
    event.name = message.substr(0, space);
    event.data_bytes = message.substr(std::min(space + 1, message.size()));
    return event;
  }
  void encode(std::string& out, std::string_view name, std::string_view data) const override {
    out.append(name).append(1, ' ').append(data);
  }
  bool text(std::string_view) const override { return true; }
};

inline profile::Text text(const std::string& scalar) {
  Diagnostics diagnostics;
  return profile::parse_text(scalar, {}, diagnostics);
}

inline profile::ReplyStep reply(const std::string& data) {
  profile::ReplyStep step;
  step.data.emplace();
  step.data->kind = profile::Shape::Kind::text;
  step.data->text = text(data);
  return step;
}

inline profile::Endpoint endpoint(const std::string& path) {
  profile::Endpoint endpoint;
  endpoint.path = path;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    endpoint.segments.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  endpoint.ping.every = Millis(0);
  return endpoint;
}

/// A profile for tests of the transport: say (comes back), where (the path's :id), join, shout (to all who joined),
/// bye.
inline std::shared_ptr<profile::Profile> words(std::vector<profile::Endpoint> endpoints) {
  auto made = std::make_shared<profile::Profile>();
  made->name = "words";
  made->dialect = std::make_unique<WordsDialect>();
  made->roles = {"guest"};
  made->endpoints = std::move(endpoints);
  made->limits.events_per_second = 0;
  made->limits.message_bytes = std::size_t{1} << 20;
  made->families = {{"room", TopicKind::joined}};
  const profile::TopicText room{"room", text("all"), {}};

  profile::Rule rule;
  rule.from = {0};
  auto& events = made->events;
  events["say"] = {rule};
  events["say"][0].replies.push_back(reply("$data"));
  events["where"] = {rule};
  events["where"][0].replies.push_back(reply("$path.id"));
  events["join"] = {rule};
  events["join"][0].join = {room};
  events["join"][0].replies.push_back(reply("ok"));
  events["shout"] = {rule};
  events["shout"][0].sends.emplace_back();
  events["shout"][0].sends[0].to = {room};
  events["bye"] = {rule};
  events["bye"][0].replies.push_back(reply("bye"));
  events["bye"][0].close = {true, 4000, text("as you wish")};
  return made;
}

}  // namespace polygate

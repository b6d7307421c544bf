#include "tests/talks/conversation.h"

#include "gateway/auth/sign.h"
#include "tests/talks/scratch.h"

namespace polygate::talks {

Conversation::Conversation(const Talk& talk, Driver& driver) : talk_(talk), driver_(driver), router_({}) {
  for (const auto& profile : driver.deployment().profiles()) {
    if (talk.profile.empty() || profile->name == talk.profile) profile_ = profile;
  }
  router_ = http::Router({profile_});
}

std::string Conversation::run() {
  if (!profile_) return "no profile is called " + talk_.profile;
  for (const Talk::Sentence& sentence : talk_.sentences) {
    const auto text = fill(sentence.text);
    const auto line = text ? read_line(*text) : Result<Line>(text.failure());
    const std::string wrong = line ? take(*line) : line.failure().message;
    if (!wrong.empty()) return "line " + std::to_string(sentence.number) + ": " + wrong;
  }
  return {};
}

std::string Conversation::take(const Line& line) {
  using Kind = Line::Kind;
  switch (line.kind) {
    case Kind::let:
      names_[line.name] = line.text;
      return {};
    case Kind::token:
      return mint(line);
    case Kind::wait:
      return driver_.wait(Millis(line.milliseconds)) ? "" : "time cannot be turned here";
    case Kind::connect:
      return connect(line);
    default:
      break;
  }
  const auto known = clients_.find(line.who);
  if (known == clients_.end()) return line.who + " has not connected";
  Client& client = known->second;
  switch (line.kind) {
    case Kind::say:
      client.say(line);
      return {};
    case Kind::hear:
      return client.hear(line, names_);
    case Kind::end:
      client.end(line.end);
      return {};
    case Kind::disconnect:
      client.disconnect(line);
      return {};
    case Kind::closed:
      return client.closed(line.code);
    case Kind::disconnected:
      return client.disconnected(line.name_space);
    case Kind::silence:
      return client.silent(line.name_space);
    case Kind::deaf:
    case Kind::listens:
      driver_.reads(line.who, line.kind == Kind::listens);
      return {};
    case Kind::held_back:
    case Kind::freed:
      return driver_.held_back(line.who) == (line.kind == Kind::held_back) ? "" : "it is the other way round";
    default:
      return "impossible";
  }
}

std::string Conversation::connect(const Line& line) {
  if (!line.name.empty()) {
    const int status = driver_.connect(line.who, line.name, line.headers, line.polling);
    const int wanted = line.code == 0 ? 101 : line.code;
    if (status != wanted) return "expected " + std::to_string(wanted) + ", got " + std::to_string(status);
    if (status != 101) return {};
    const auto route = router_.match("main", "localhost", line.name.substr(0, line.name.find('?'))).route;
    if (route == nullptr) return "no endpoint of the profile has this path";
    const auto joined = clients_.insert_or_assign(
        line.who, Client(driver_, profile_, profile_->dialect_of(*route->endpoint), line.who));
    if (!joined.first->second.is_socket_io()) {
      driver_.connected();
      return {};
    }
  }
  const auto client = clients_.find(line.who);
  if (client == clients_.end() || !client->second.is_socket_io()) return "a path is missing: connect /path";
  const std::string wrong = client->second.join(line, names_);
  driver_.connected();
  return wrong;
}

std::string Conversation::mint(const Line& line) {
  Json claims = line.args;
  const double now = driver_.unix_seconds();
  const double lifetime = claims.value("lives", 3600.0);
  claims.erase("lives");
  if (!claims.contains("exp")) claims["exp"] = static_cast<std::int64_t>(now + lifetime);
  auth::SignSettings settings;
  settings.key = read_text(kFolder / "keys" / (line.text + ".secret"));
  while (!settings.key.empty() && settings.key.back() == '\n') settings.key.pop_back();
  auto token = auth::sign_jwt(claims, settings);
  if (!token) return token.failure().message;
  names_[line.name] = *token;
  return {};
}

Result<std::string> Conversation::fill(std::string text) const {
  for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
    const auto end = text.find('}', at);
    const std::string name = text.substr(at + 2, end - at - 2);
    const auto known = names_.find(name);
    if (end == std::string::npos || known == names_.end()) {
      return Failure{Reason::invalid, "nothing is called " + name};
    }
    text.replace(at, end - at + 1, known->second);
    at += known->second.size();
  }
  return text;
}

}  // namespace polygate::talks

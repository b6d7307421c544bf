#include "tests/talks/talk.h"

#include <charconv>
#include <sstream>

#include "gateway/base/units.h"

namespace polygate::talks {
namespace {

/// Where the JSON of `event {data}` starts: names may hold spaces.
std::size_t data_start(const std::string& text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != ' ') continue;
    const std::string_view rest = std::string_view(text).substr(i + 1);
    if (rest.front() == '{' || rest.front() == '[' || rest.front() == '"' || rest == "null" || rest == "true" ||
        rest == "false" || (rest.find_first_not_of("-0123456789.") == std::string_view::npos)) {
      return i;
    }
  }
  return std::string::npos;
}

Failure wrong(int number, const std::string& what) {
  return {Reason::invalid, "line " + std::to_string(number) + ": " + what};
}

Result<void> read_event(Line& line, const std::string& rest) {
  if (rest.starts_with("raw ")) {
    line.kind = line.kind == Line::Kind::say ? Line::Kind::say_raw : Line::Kind::hear_raw;
    line.text = rest.substr(4);
    return {};
  }
  const std::size_t at = data_start(rest);
  line.name = rest.substr(0, at);
  if (at == std::string::npos) return {};
  line.has_data = true;
  line.data = Json::parse(rest.substr(at + 1), nullptr, false);
  if (line.data.is_discarded()) return wrong(line.number, "not JSON: " + rest.substr(at + 1));
  return {};
}

Result<void> read_connect(Line& line, std::string rest) {
  line.kind = Line::Kind::connect;
  if (const auto arrow = rest.find(" -> "); arrow != std::string::npos) {
    line.code = std::stoi(rest.substr(arrow + 4));
    rest.resize(arrow);
  }
  std::istringstream words(rest);
  words >> line.name;
  for (std::string header; std::getline(words >> std::ws, header, ';');) {
    const auto colon = header.find(": ");
    if (colon == std::string::npos) return wrong(line.number, "a header is `name: value`, found " + header);
    line.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  }
  return {};
}

Result<void> read_token(Line& line, const std::string& rest) {
  const auto equals = rest.find(" = ");
  const auto brace = rest.find(" {");
  if (equals == std::string::npos || brace == std::string::npos) {
    return wrong(line.number, "expected `token NAME = VERIFIER {claims}`");
  }
  line.kind = Line::Kind::token;
  line.name = rest.substr(0, equals);
  line.text = rest.substr(equals + 3, brace - equals - 3);
  line.data = Json::parse(rest.substr(brace + 1), nullptr, false);
  if (line.data.is_discarded()) return wrong(line.number, "the claims are not JSON");
  return {};
}

Result<void> read_line(Talk& talk, Line line, const std::string& text) {
  const auto space = text.find(' ');
  const std::string first = text.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
  Result<void> fine;
  if (first == "profile") {
    talk.profile = rest;
    return {};
  }
  if (text == "only in process") {
    talk.in_process_only = true;
    return {};
  }
  if (text == "only over sockets") {
    talk.sockets_only = true;
    return {};
  }
  if (first == "token") {
    fine = read_token(line, rest);
  } else if (first == "wait") {
    const auto length = parse_duration(rest);
    if (!length) return wrong(line.number, "not a duration: " + rest);
    line.kind = Line::Kind::wait;
    line.milliseconds = length->count();
    talk.in_process_only = true;
  } else if (first.size() > 1 && (first.back() == '>' || first.back() == '<')) {
    line.kind = first.back() == '>' ? Line::Kind::say : Line::Kind::hear;
    line.who = first.substr(0, first.size() - 1);
    fine = read_event(line, rest);
  } else {
    line.who = first;
    if (rest.starts_with("connect ")) {
      fine = read_connect(line, rest.substr(8));
    } else if (rest == "closed" || rest.starts_with("closed ")) {
      line.kind = Line::Kind::closed;
      line.code = rest.size() > 7 ? std::stoi(rest.substr(7)) : 0;
    } else if (rest == "close") {
      line.kind = Line::Kind::close;
    } else if (rest == "drop") {
      line.kind = Line::Kind::drop;
    } else if (rest == "hears nothing") {
      line.kind = Line::Kind::silence;
    } else {
      return wrong(line.number, "not understood: " + text);
    }
  }
  if (fine) talk.lines.push_back(std::move(line));
  return fine;
}

}  // namespace

Result<Talk> parse(const std::string& text) {
  Talk talk;
  std::istringstream lines(text);
  int number = 0;
  for (std::string raw; std::getline(lines, raw);) {
    ++number;
    if (raw.starts_with("#")) {
      if (talk.title.empty()) talk.title = raw.substr(std::min<std::size_t>(2, raw.size()));
      continue;
    }
    if (raw.find_first_not_of(' ') == std::string::npos) continue;
    Line line;
    line.number = number;
    if (auto fine = read_line(talk, std::move(line), raw); !fine) return fine.failure();
  }
  if (talk.profile.empty()) return Failure{Reason::invalid, "no `profile` line"};
  return talk;
}

bool matches(const Json& pattern, const Json& found) {
  if (pattern.is_string()) {
    const auto& text = pattern.get_ref<const std::string&>();
    if (text == "*") return true;
    if (text.size() > 1 && text.back() == '*' && found.is_string()) {
      return found.get_ref<const std::string&>().starts_with(text.substr(0, text.size() - 1));
    }
    return pattern == found;
  }
  if (pattern.is_array()) {
    if (!found.is_array() || found.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!matches(pattern[i], found[i])) return false;
    }
    return true;
  }
  if (!pattern.is_object()) return pattern == found;
  if (!found.is_object()) return false;
  for (const auto& [key, value] : pattern.items()) {
    if (key == "...") continue;
    if (!found.contains(key) || !matches(value, found[key])) return false;
  }
  return pattern.contains("...") || found.size() == pattern.size();
}

}  // namespace polygate::talks

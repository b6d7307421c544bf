#include "tests/talks/line.h"

#include <map>
#include <sstream>

#include "gateway/base/units.h"
#include "tests/talks/packet.h"
#include "tests/talks/pattern.h"

namespace polygate::talks {
namespace {

Failure not_understood(const std::string& what) {
  return {Reason::invalid, what};
}

bool take_suffix(std::string& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.resize(text.size() - suffix.size());
  return true;
}

/// Where the JSON of `event {data}, {more}` starts: names may hold spaces.
Result<void> read_event(Line& line, const std::string& text) {
  for (auto space = text.find(' '); space != std::string::npos; space = text.find(' ', space + 1)) {
    const std::string list = '[' + text.substr(space + 1) + ']';
    auto args = line.kind == Line::Kind::hear ? read_pattern(list) : Result<Json>(Json::parse(list, nullptr, false));
    const bool is_json = args && !args->is_discarded();
    if (!is_json && std::string_view("{[\"").find(text[space + 1]) != std::string_view::npos) {
      return args ? not_understood("not JSON: " + list) : args.failure();
    }
    if (!is_json) continue;
    line.name = text.substr(0, space);
    line.args = std::move(*args);
    return {};
  }
  line.name = text;
  return {};
}

Result<void> read_words(Line& line, std::string text) {
  line.goes_on = line.kind == Line::Kind::say && take_suffix(text, " +");
  if (text.starts_with("raw ")) {
    line.form = Line::Form::raw;
    line.text = text.substr(4);
    return {};
  }
  if (auto bytes = from_hex(text)) {
    line.form = Line::Form::binary;
    line.text = std::move(*bytes);
    return {};
  }
  if (text.starts_with("ack ")) {
    line.form = Line::Form::ack;
    auto args = read_pattern(text.substr(4));
    if (!args || !args->is_array()) return not_understood("an acknowledgement is a list: " + text);
    line.args = std::move(*args);
    return {};
  }
  line.asks = take_suffix(text, line.kind == Line::Kind::say ? " ack" : " asks");
  return read_event(line, text);
}

Result<void> read_connect(Line& line, std::string rest) {
  line.kind = Line::Kind::connect;
  if (const auto arrow = rest.find("-> "); arrow != std::string::npos) {
    const std::string answer = rest.substr(arrow + 3);
    line.refused = answer.starts_with("refused ");
    if (answer.starts_with('{')) {
      auto pattern = read_pattern(answer);
      if (!pattern) return pattern.failure();
      line.answer = std::move(*pattern);
    } else if (line.refused) {
      const Json why = Json::parse(answer.substr(8), nullptr, false);
      if (!why.is_string()) return not_understood("expected `-> refused \"text\"`");
      line.text = why.get<std::string>();
    } else {
      line.code = std::stoi(answer);
    }
    rest.resize(arrow == 0 ? 0 : arrow - 1);
  }
  line.args = nullptr;
  line.polling = rest.starts_with("by polling ");
  if (line.polling) rest.erase(0, 11);
  if (rest.starts_with('/')) {
    line.name = rest.substr(0, rest.find(' '));
    rest.erase(0, std::min(line.name.size() + 1, rest.size()));
  }
  if (rest.starts_with('{')) {
    line.args = Json::parse(rest, nullptr, false);
    return line.args.is_discarded() ? Result<void>(not_understood("not JSON: " + rest)) : Result<void>();
  }
  std::istringstream words(rest);
  for (std::string header; std::getline(words >> std::ws, header, ';');) {
    const auto colon = header.find(": ");
    if (colon == std::string::npos) return not_understood("a header is `name: value`, found " + header);
    line.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
  }
  return {};
}

Result<void> read_token(Line& line, const std::string& rest) {
  const auto equals = rest.find(" = ");
  const auto brace = rest.find(" {");
  if (equals == std::string::npos || brace == std::string::npos) {
    return not_understood("expected `token NAME = VERIFIER {claims}`");
  }
  line.kind = Line::Kind::token;
  line.name = rest.substr(0, equals);
  line.text = rest.substr(equals + 3, brace - equals - 3);
  line.args = Json::parse(rest.substr(brace + 1), nullptr, false);
  if (line.args.is_discarded()) return not_understood("the claims are not JSON");
  return {};
}

Result<void> read_let(Line& line, const std::string& rest) {
  const auto equals = rest.find(" = ");
  if (equals == std::string::npos) return not_understood("expected `let NAME = TEXT`");
  line.kind = Line::Kind::let;
  line.name = rest.substr(0, equals);
  line.text = rest.substr(equals + 3);
  return {};
}

Result<void> read_wait(Line& line, const std::string& rest) {
  const auto length = parse_duration(rest);
  if (!length) return not_understood("not a duration: " + rest);
  line.kind = Line::Kind::wait;
  line.milliseconds = length->count();
  return {};
}

/// What somebody does, besides connecting and speaking.
Result<void> read_deed(Line& line, std::string deed) {
  static const std::map<std::string, Line::Kind, std::less<>> kDeeds = {
      {"disconnect", Line::Kind::disconnect},     {"closed", Line::Kind::closed},
      {"disconnected", Line::Kind::disconnected}, {"hears nothing", Line::Kind::silence},
      {"stops reading", Line::Kind::deaf},        {"reads again", Line::Kind::listens},
      {"is held back", Line::Kind::held_back},    {"is not held back", Line::Kind::freed},
  };
  static const std::map<std::string, End, std::less<>> kEnds = {
      {"close", End::close},         {"fin", End::fin}, {"reset", End::reset}, {"drop", End::drop},
      {"engine close", End::engine},
  };
  if (const auto end = kEnds.find(deed); end != kEnds.end()) {
    line.kind = Line::Kind::end;
    line.end = end->second;
    return {};
  }
  line.goes_on = deed == "disconnect +" && take_suffix(deed, " +");
  if (deed.starts_with("closed ")) {
    line.code = std::stoi(deed.substr(7));
    deed.resize(6);
  }
  const auto known = kDeeds.find(deed);
  if (known == kDeeds.end()) return not_understood("not understood: " + line.who + ' ' + deed);
  line.kind = known->second;
  return {};
}

}  // namespace

Result<Line> read_line(const std::string& text) {
  const auto space = text.find(' ');
  std::string first = text.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
  Line line;
  Result<void> fine;
  if (first == "token") {
    fine = read_token(line, rest);
  } else if (first == "let") {
    fine = read_let(line, rest);
  } else if (first == "wait") {
    fine = read_wait(line, rest);
  } else {
    const char mark = first.back();
    if (mark == '>' || mark == '<') first.pop_back();
    const auto slash = first.find('/');
    line.who = first.substr(0, slash);
    if (slash != std::string::npos) line.name_space = first.substr(slash);
    if (mark == '>' || mark == '<') {
      line.kind = mark == '>' ? Line::Kind::say : Line::Kind::hear;
      fine = read_words(line, rest);
    } else if (rest == "connect" || rest.starts_with("connect ")) {
      fine = read_connect(line, rest.substr(std::min<std::size_t>(8, rest.size())));
    } else {
      fine = read_deed(line, rest);
    }
  }
  if (!fine) return fine.failure();
  return line;
}

}  // namespace polygate::talks

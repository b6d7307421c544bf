#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/json.h"

namespace polygate::talks {

/// One line of a conversation. tests/README.md has the language.
struct Line {
  enum class Kind : std::uint8_t {
    token,     ///< token NAME = VERIFIER {claims}
    connect,   ///< X connect /path [-> STATUS]
    say,       ///< X> event {data}
    say_raw,   ///< X> raw TEXT
    hear,      ///< X< event {pattern}
    hear_raw,  ///< X< raw TEXT
    closed,    ///< X closed [CODE]
    close,     ///< X close
    drop,      ///< X drop
    silence,   ///< X hears nothing
    wait,      ///< wait 5s (in process only)
  };
  Kind kind = Kind::say;
  int number = 0;
  std::string who;
  std::string name;  ///< event, path, token name
  std::string text;  ///< raw text, verifier
  std::vector<std::pair<std::string, std::string>> headers;
  bool has_data = false;
  Json data;
  int code = 0;  ///< expected status or close code; 0 = any
  std::int64_t milliseconds = 0;
};

struct Talk {
  std::string title;  ///< the first comment
  std::string profile;
  bool in_process_only = false;
  bool sockets_only = false;
  std::vector<Line> lines;
};

/// Parses the text of one .talk file; a failure names the line.
Result<Talk> parse(const std::string& text);

/// Does `found` match? "*" stands for any value; a key "..." allows keys that the pattern does not name.
bool matches(const Json& pattern, const Json& found);

}  // namespace polygate::talks

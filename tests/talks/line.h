#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/base/result.h"
#include "tests/talks/message.h"

namespace polygate::talks {

/// One sentence of a conversation, read. tests/README.md has the language.
struct Line {
  enum class Kind : std::uint8_t {
    let,           ///< let NAME = TEXT
    token,         ///< token NAME = VERIFIER {claims}
    connect,       ///< X connect /path [headers | {auth}] [-> STATUS | -> refused "text"]
    say,           ///< X> ...
    hear,          ///< X< ...
    end,           ///< X close, fin, reset, drop, engine close
    disconnect,    ///< X disconnect
    closed,        ///< X closed [CODE]
    disconnected,  ///< X disconnected
    silence,       ///< X hears nothing
    deaf,          ///< X stops reading
    listens,       ///< X reads again
    held_back,     ///< X is held back
    freed,         ///< X is not held back
    wait,          ///< wait 5s
  };
  enum class Form : std::uint8_t { event, ack, raw, binary };

  Kind kind = Kind::say;
  Form form = Form::event;
  std::string who;  ///< the connection
  std::string name_space = "/";
  std::string name;  ///< event, path, token, what is let
  std::string text;  ///< raw text or bytes, verifier, what it is let be, why a namespace was refused
  std::vector<std::pair<std::string, std::string>> headers;
  Json args = Json::array();  ///< of the event or the acknowledgement; claims; what a namespace is connected to with
  Json answer = nullptr;      ///< to the connect of a namespace
  bool asks = false;          ///< for an acknowledgement
  bool goes_on = false;       ///< with the next line, in one write
  bool refused = false;       ///< a namespace
  bool polling = false;       ///< connects without WebSocket
  End end = End::none;
  int code = 0;  ///< expected status or close code; 0 = any
  std::int64_t milliseconds = 0;
};

/// Reads one sentence; names are filled in already.
Result<Line> read_line(const std::string& text);

}  // namespace polygate::talks

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/http/handler.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/secret_id.h"
#include "gateway/wire/http_request.h"

/// Engine.IO's use of HTTP (github.com/socketio/engine.io-protocol, "HTTP long-polling"): pure functions.
namespace polygate::engine_io {

/// What the query of a request says.
struct Query {
  Revision revision = Revision::v4;
  bool websocket = false;
  bool has_sid = false;
  std::optional<SecretId> sid;       ///< none: not one of ours
  bool base64 = false;               ///< the client takes no binary answers
  bool has_timestamp = false;        ///< `t`, which every real client sends
  std::optional<std::string> jsonp;  ///< the digits of `j`
};

/// The refusals of the official server: `{"code":1,"message":"Session ID unknown"}`.
struct Refusal {
  int code = 3;
  std::string_view message;
  int status = 0;  ///< 0 = the one that belongs to the code

  static constexpr Refusal transport() { return {0, "Transport unknown"}; }
  static constexpr Refusal sid() { return {1, "Session ID unknown"}; }
  static constexpr Refusal method() { return {2, "Bad handshake method"}; }
  static constexpr Refusal request() { return {3, "Bad request"}; }
  static constexpr Refusal forbidden() { return {4, "Forbidden"}; }
  static constexpr Refusal version() { return {5, "Unsupported protocol version"}; }
};
http::Response refusal(const Refusal& refusal);

/// What the query of a request says, and what is wrong with it alone.
struct QueryReading {
  Query query;
  std::optional<Refusal> refused;
};
/// `upgrade` = the request asks for a WebSocket.
QueryReading read_query(const wire::HttpRequest& request, const profile::EngineSettings& settings, bool upgrade);

/// Engine.IO's body as the answer to a poll. `binary` = application/octet-stream.
http::Response poll_answer(std::string body, bool binary, const std::optional<std::string>& jsonp);
/// The answer to a POST that was taken.
http::Response post_answer();

/// What a JSONP form brings: the payload behind `d=`; nothing when it is not such a form.
std::optional<std::string> unwrap_form(std::string_view body);

/// Undoes percent-encoding; nothing when that is broken or not UTF-8.
std::optional<std::string> decode_component(std::string_view text);

/// `text` as clients 1.x meant it, when they encoded it as UTF-8 twice: nothing when it cannot have been.
std::optional<std::string> undo_double_utf8(std::string_view text);

/// Is there anything in `text` from which one could tell whether it was encoded twice?
bool is_ascii(std::string_view text);

}  // namespace polygate::engine_io

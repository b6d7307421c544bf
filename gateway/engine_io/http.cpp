#include "gateway/engine_io/http.h"

#include <algorithm>

#include "gateway/base/ascii.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

namespace polygate::engine_io {
namespace {

constexpr std::string_view kText = "text/plain; charset=UTF-8";
constexpr std::string_view kBytes = "application/octet-stream";

/// Nothing for a revision that nobody speaks. The engines of clients 1.0 called theirs 2.
std::optional<Revision> revision_of(std::string_view text, const profile::EngineSettings& settings) {
  if (text == "4" && settings.v4) return Revision::v4;
  if ((text == "3" || text == "2") && settings.v3) return Revision::v3;
  return std::nullopt;
}

bool decode_form(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

}  // namespace

http::Response refusal(const Refusal& refusal) {
  http::Response response;
  response.status = refusal.code == Refusal::forbidden().code ? 403 : 400;
  if (refusal.status != 0) response.status = refusal.status;
  response.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  response.body = "{\"code\":" + std::to_string(refusal.code) + ",\"message\":";
  json::append_string(response.body, refusal.message);
  response.body += '}';
  return response;
}

QueryReading read_query(const wire::HttpRequest& request, const profile::EngineSettings& settings, bool upgrade) {
  Query query;
  const std::string_view transport = request.find_parameter("transport").value_or("");
  query.websocket = transport == "websocket";
  if (!(query.websocket ? settings.websocket : transport == "polling" && settings.polling)) {
    return {query, Refusal::transport()};
  }
  const auto sid = request.find_parameter("sid");
  query.has_sid = sid.has_value();
  if (sid) query.sid = SecretId::parse(*sid);
  if (sid && !query.sid) return {query, Refusal::sid()};
  if (!sid && request.method() != "GET") return {query, Refusal::method()};
  if (query.websocket != upgrade) return {query, Refusal::request()};
  const auto revision = revision_of(request.find_parameter("EIO").value_or(""), settings);
  if (!revision) return {query, sid ? Refusal::request() : Refusal::version()};
  query.revision = *revision;
  query.base64 = request.find_parameter("b64").has_value();
  query.has_timestamp = request.find_parameter("t").has_value();
  if (const auto index = request.find_parameter("j")) {
    std::string digits;
    std::copy_if(index->begin(), index->end(), std::back_inserter(digits), [](char c) { return is_digit(c); });
    query.jsonp = digits.substr(0, 20);
  }
  return {query, std::nullopt};
}

http::Response poll_answer(std::string body, bool binary, const std::optional<std::string>& jsonp) {
  http::Response response;
  std::string_view type = binary ? kBytes : kText;
  if (jsonp) {
    type = "text/javascript; charset=UTF-8";
    std::string call = "___eio[" + *jsonp + "](";
    json::append_string(call, body);  // escapes U+2028 and U+2029 too
    call += ");";
    body = std::move(call);
  }
  response.headers = {{"Content-Type", std::string(type)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

http::Response post_answer() {
  http::Response response;
  response.headers = {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}};
  response.body = "ok";
  return response;
}

std::optional<std::string> unwrap_form(std::string_view body) {
  std::string text;
  if (!body.starts_with("d=") || !decode_form(body.substr(2), text)) return std::nullopt;
  // Forms make line ends their own, so clients write each as `\n`, and a `\n` of theirs as `\\n`.
  std::string payload;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.starts_with("\\\\n")) {
      payload += "\\n";
      i += 2;
    } else if (rest.starts_with("\\n")) {
      payload += '\n';
      i += 1;
    } else {
      payload += text[i];
    }
  }
  return payload;
}

std::optional<std::string> decode_component(std::string_view text) {
  std::string out;
  if (!decode_form(text, out) || !is_utf8(out)) return std::nullopt;
  return out;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<std::string> undo_double_utf8(std::string_view text) {
  std::string inner;
  inner.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (point.length == 0 || point.value > 0xff) return std::nullopt;
    inner += static_cast<char>(point.value);
    at += point.length;
  }
  if (!is_utf8(inner)) return std::nullopt;
  return inner;
}

}  // namespace polygate::engine_io

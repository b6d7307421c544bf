#include "gateway/wire/http_response.h"

#include "gateway/base/json.h"
#include "gateway/wire/text.h"

namespace polygate::wire {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

void append_header(std::string& out, HttpField header) {
  out.append(header.name).append(": ");
  for (const char c : header.value) out.push_back(is_field_byte(c) ? c : ' ');
  out.append("\r\n");
}

std::string response(int status, const std::vector<HttpField>& headers, std::string_view body,
                     ResponseOptions options) {
  const bool bodiless = status < 200 || status == 204 || status == 304;
  std::string out;
  out.reserve(256 + body.size());
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason_phrase(status)).append("\r\n");
  bool upgrade = false;
  for (const HttpField& header : headers) {
    append_header(out, header);
    upgrade = upgrade || is_word(header.name, "upgrade");
  }
  if (!bodiless) out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  // An Upgrade header must be named as an option of the connection (RFC 9110 section 7.8).
  if (upgrade || options.close) {
    out.append("Connection: ");
    out.append(upgrade && options.close ? "Upgrade, close\r\n" : upgrade ? "Upgrade\r\n" : "close\r\n");
  }
  out.append("\r\n");
  if (!bodiless && !options.head_only) out.append(body);
  return out;
}

std::string problem(int status, std::string_view detail) {
  std::string out = R"({"type":"about:blank","title":)";
  json::append_string(out, reason_phrase(status));
  out.append(",\"status\":").append(std::to_string(status)).append(",\"detail\":");
  json::append_string(out, detail);
  out.append("}");
  return out;
}

std::string refusal_response(const HttpRefusal& refusal, const std::vector<HttpField>& headers,
                             ResponseOptions options) {
  std::vector<HttpField> all{{"Content-Type", kProblemJson}};
  all.insert(all.end(), refusal.headers.begin(), refusal.headers.end());
  all.insert(all.end(), headers.begin(), headers.end());
  return response(refusal.status, all, problem(refusal.status, refusal.detail), options);
}

}  // namespace polygate::wire

#include "gateway/wire/http_head.h"

#include <algorithm>

#include "gateway/wire/http_target.h"
#include "gateway/wire/text.h"

namespace polygate::wire {
namespace {

constexpr std::size_t kMaxMethod = 32;
constexpr std::string_view kVersion = "HTTP/1.1";
constexpr std::size_t kTypicalHeaders = 16;

bool is_host(std::string_view value) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return is_alnum(c) || std::string_view("-._~:[]%").find(c) != std::string_view::npos;
  });
}

/// Digits only, and less than 2^63: nobody reads another number out of it.
bool parse_length(std::string_view text, std::uint64_t& length) {
  if (text.empty() || text.size() > 18) return false;
  length = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

HttpFault check_version(std::string_view version) {
  const bool well_formed = version.size() == kVersion.size() && version.starts_with("HTTP/") && is_digit(version[5]) &&
                           version[6] == '.' && is_digit(version[7]);
  if (!well_formed) return {400, "request line: expected HTTP/1.1 after the target"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {505, "only HTTP/1.1 is spoken here"};
  return {};
}

}  // namespace

std::size_t HttpHead::longest_request_line(const HttpLimits& limits) {
  return kMaxMethod + 1 + limits.max_target + 1 + kVersion.size() + 1;  // with the CR
}

HttpRequest::Slice HttpHead::slice(std::string_view part) const {
  return {static_cast<std::uint32_t>(part.data() - request_.text_.data()), static_cast<std::uint32_t>(part.size())};
}

HttpFault HttpHead::request_line(std::size_t at, std::size_t size) {
  std::string_view line = std::string_view(request_.text_).substr(at, size);
  std::size_t end = 0;
  while (end < line.size() && token_lower(line[end]) != 0) ++end;
  if (end > kMaxMethod) return {501, "request line: a method of more than 32 bytes"};
  if (end == 0 || end == line.size() || line[end] != ' ') {
    return {400, "request line: expected a method and one space"};
  }
  request_.method_ = slice(line.substr(0, end));
  line.remove_prefix(end + 1);

  end = std::min(line.find(' '), line.size());
  const std::string_view target = line.substr(0, end);
  if (target.size() > limits_.max_target) return {414, "the request target is over the limit (max_target)"};
  if (end == line.size()) return {400, "request line: expected a target, one space and HTTP/1.1"};
  if (HttpFault fault = this->target(target)) return fault;

  const std::string_view version = line.substr(end + 1);
  if (HttpFault fault = check_version(version)) return fault;
  request_.minor_version_ = version.back() == '1' ? 1 : 0;
  return {};
}

HttpFault HttpHead::target(std::string_view target) {
  if (target.empty()) return {400, "request line: expected one space before the target"};
  const bool plain = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!plain) return {400, "target: only visible ASCII without # is allowed"};
  const bool asterisk = target == "*" && request_.method() == "OPTIONS";
  if (target.front() != '/' && !asterisk) return {400, "target: expected a path that starts with /"};
  request_.target_ = slice(target);
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.path_ = slice(target.substr(0, mark));
  request_.query_ = slice(target.substr(std::min(mark + 1, target.size())));
  return {};
}

HttpFault HttpHead::field_line(std::size_t at, std::size_t size) {
  if (request_.headers_.size() == limits_.max_headers) return {431, "more headers than the limit (max_headers)"};
  char* const begin = request_.text_.data() + at;
  char* const end = begin + size;
  if (*begin == ' ' || *begin == '\t') return {400, "a folded line"};
  char* name_end = begin;
  while (name_end != end && token_lower(*name_end) != 0) {
    *name_end = token_lower(*name_end);
    ++name_end;
  }
  if (name_end == end) return {400, "no colon"};
  if (*name_end == ' ' || *name_end == '\t') return {400, "a space in or after the name"};
  if (*name_end != ':') return {400, "a byte that no name may hold"};
  if (name_end == begin) return {400, "no name before the colon"};
  const std::string_view value(name_end + 1, static_cast<std::size_t>(end - name_end - 1));
  if (!is_field_value(value)) return {400, "a control byte in the value"};

  if (request_.headers_.empty()) request_.headers_.reserve(std::min(kTypicalHeaders, limits_.max_headers));
  const std::string_view name(begin, static_cast<std::size_t>(name_end - begin));
  request_.headers_.push_back({slice(name), slice(trimmed(value))});
  return {};
}

HttpFault HttpHead::finish() {
  if (HttpFault fault = framing()) return fault;
  return decode();
}

HttpFault HttpHead::framing() {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  bool close = false;
  for (std::size_t i = 0; i < request_.header_count(); ++i) {
    const auto [name, value] = request_.header(i);
    if (name == "host") {
      if (++hosts > 1) return {400, "more than one Host header"};
      if (!is_host(value)) return {400, "host: expected a name or address, and perhaps a port"};
    } else if (name == "content-length") {
      if (++lengths > 1) return {400, "more than one Content-Length header"};
      if (!parse_length(value, request_.content_length_)) return {400, "content-length: expected a number of bytes"};
    } else if (name == "transfer-encoding") {
      if (++codings > 1) return {400, "more than one Transfer-Encoding header"};
      if (!is_word(value, "chunked")) return {501, "transfer-encoding: only chunked is understood"};
      request_.chunked_ = true;
    } else if (name == "connection") {
      each_member(value, [&](std::string_view option) { close = close || is_word(option, "close"); });
    } else if (name == "expect") {
      if (!is_word(value, "100-continue")) return {417, "expect: only 100-continue is understood"};
      request_.expects_continue_ = true;
    }
  }
  const bool http_1_1 = request_.minor_version_ == 1;
  if (http_1_1 && hosts == 0) return {400, "no Host header"};
  if (lengths > 0 && codings > 0) return {400, "both Content-Length and Transfer-Encoding"};
  if (codings > 0 && !http_1_1) return {400, "Transfer-Encoding in HTTP/1.0"};
  request_.keep_alive_ = http_1_1 && !close;
  request_.expects_continue_ = request_.expects_continue_ && http_1_1 && request_.has_body();
  return {};
}

HttpFault HttpHead::decode() {
  const std::string_view target = request_.target();
  if (target.find_first_of("%+") != std::string_view::npos) {
    request_.text_.reserve(request_.text_.size() + target.size());  // so that no view moves while it is decoded
  }
  if (const char* wrong = decode(request_.path_, decode_path)) return {400, wrong};
  if (const char* wrong = check_path(request_.path())) return {400, wrong};
  return parameters(request_.query());
}

HttpFault HttpHead::parameters(std::string_view query) {
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (part.empty()) continue;
    if (request_.parameters_.size() == limits_.max_parameters) {
      return {400, "query: more parameters than the limit (max_parameters)"};
    }
    const std::size_t equals = std::min(part.find('='), part.size());
    HttpRequest::Field field{slice(part.substr(0, equals)), slice(part.substr(std::min(equals + 1, part.size())))};
    if (const char* wrong = decode(field.name, decode_parameter)) return {400, wrong};
    if (const char* wrong = decode(field.value, decode_parameter)) return {400, wrong};
    request_.parameters_.push_back(field);
  }
  return {};
}

const char* HttpHead::decode(HttpRequest::Slice& part, const char* (*decoder)(std::string_view, std::string&)) {
  const std::string_view raw = request_.view(part);
  if (raw.find_first_of("%+") == std::string_view::npos) return nullptr;
  std::string& text = request_.text_;
  const std::size_t at = text.size();
  const char* const wrong = decoder(raw, text);
  part = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(text.size() - at)};
  return wrong;
}

}  // namespace polygate::wire

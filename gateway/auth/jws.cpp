#include "gateway/auth/jws.h"

#include "gateway/auth/verifier.h"
#include "gateway/base/base64.h"
#include "gateway/base/json.h"

namespace polygate::auth {

namespace {

constexpr json::Limits kHeaderLimits{.max_bytes = kMaxTokenBytes, .max_depth = 8, .max_nodes = 256};

Failure malformed(std::string message) {
  return {Reason::malformed, std::move(message)};
}

/// The member's text into `out` if it is there; false when it is there and not a string.
bool read_text(json::View header, std::string_view member, std::optional<std::string>& out) {
  const auto value = json::find(header, member);
  if (!value) return true;
  std::string_view text;
  if (value->get_string().get(text) != simdjson::SUCCESS) return false;
  out = std::string(text);
  return true;
}

Result<void> read_header(std::string_view bytes, Jws& jws) {
  json::Document document;
  if (const auto parsed = document.parse(bytes, kHeaderLimits); !parsed)
    return malformed("the header is not JSON: " + parsed.failure().message);
  const json::View header = document.root();
  if (!header.is_object()) return malformed("the header is not an object");
  if (json::find(header, "crit")) return malformed("the header asks for extensions (crit), none is supported");

  std::optional<std::string> algorithm;
  if (!read_text(header, "alg", algorithm) || !algorithm || algorithm->empty())
    return malformed("the header's alg is missing or not a string");
  if (!read_text(header, "typ", jws.type)) return malformed("the header's typ is not a string");
  if (!read_text(header, "kid", jws.kid)) return malformed("the header's kid is not a string");
  if (jws.kid && (jws.kid->empty() || jws.kid->size() > kMaxKidBytes))
    return malformed("the header's kid has " + std::to_string(jws.kid->size()) + " bytes, expected 1 to " +
                     std::to_string(kMaxKidBytes));
  jws.algorithm = std::move(*algorithm);
  return {};
}

}  // namespace

Result<Jws> read_jws(std::string_view token) {
  if (token.size() > kMaxTokenBytes)
    return malformed("the token has " + std::to_string(token.size()) + " bytes, at most " +
                     std::to_string(kMaxTokenBytes));
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return malformed("expected three segments: header.payload.signature");

  Jws jws;
  jws.signed_text = token.substr(0, second);
  jws.payload = token.substr(first + 1, second - first - 1);
  const auto header = decode_base64url(token.substr(0, first));
  auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !signature) return malformed("a segment is not base64url (strict, without padding)");
  if (header->empty() || jws.payload.empty() || signature->empty()) return malformed("a segment is empty");
  if (const auto read = read_header(*header, jws); !read) return read.failure();
  jws.signature = std::move(*signature);
  return jws;
}

}  // namespace polygate::auth

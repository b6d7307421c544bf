#include "gateway/auth/claims.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace polygate::auth {

namespace {

constexpr double kEndOfTime = 253'402'300'799;  // 9999-12-31T23:59:59Z

Failure refused(std::string message) {
  return {Reason::unauthenticated, std::move(message)};
}

/// The claim `path`: a key as it stands ("https://example.com/role"), else keys joined by dots ("realm.roles").
/// A null claim is an absent one.
std::optional<json::View> find_claim(json::View claims, std::string_view path) {
  auto found = json::find(claims, path);
  if (!found) {
    const auto dot = path.find('.');
    if (dot == path.npos) return std::nullopt;
    const auto outer = json::find(claims, path.substr(0, dot));
    if (!outer || !outer->is_object()) return std::nullopt;
    return find_claim(*outer, path.substr(dot + 1));
  }
  if (found->is_null()) return std::nullopt;
  return found;
}

std::optional<std::string_view> text_of(json::View value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// Seconds in words of the log: "12.5 s".
std::string seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g s", value);
  return text;
}

/// The time in the claim `name`, or nothing when it is absent.
Result<std::optional<double>> read_time(json::View claims, const std::string& name) {
  const auto value = find_claim(claims, name);
  if (!value) {
    if (json::find(claims, name)) return refused(name + " is null, expected unix seconds");
    return std::optional<double>();
  }
  double time = 0;
  if (!value->is_number() || value->get_double().get(time) != simdjson::SUCCESS)
    return refused(name + " is not a number of unix seconds");
  if (!std::isfinite(time) || time < 0 || time > kEndOfTime) return refused(name + " is out of range");
  return std::optional<double>(time);
}

Result<void> check_issuer(json::View claims, const JwtSettings& settings) {
  const auto value = json::find(claims, "iss");
  if (!value) return settings.issuer ? Result<void>(refused("iss is missing")) : Result<void>();
  const auto issuer = text_of(*value);
  if (!issuer) return refused("iss is not a string");
  if (settings.issuer && *issuer != *settings.issuer) return refused("iss is not the expected issuer");
  return {};
}

bool is_expected(std::string_view audience, const JwtSettings& settings) {
  return std::find(settings.audience.begin(), settings.audience.end(), audience) != settings.audience.end();
}

Result<void> check_audience(json::View claims, const JwtSettings& settings) {
  const auto value = json::find(claims, "aud");
  if (!value) return settings.audience.empty() ? Result<void>() : Result<void>(refused("aud is missing"));
  bool expected = false;
  if (const auto text = text_of(*value)) {
    expected = is_expected(*text, settings);
  } else {
    simdjson::dom::array list;
    if (value->get_array().get(list) != simdjson::SUCCESS || list.size() == 0)
      return refused("aud is neither a string nor a list of strings");
    for (const json::View item : list) {
      const auto one = text_of(item);
      if (!one) return refused("aud lists something that is not a string");
      expected = expected || is_expected(*one, settings);
    }
  }
  if (settings.audience.empty())
    return settings.refuse_unexpected_audience ? Result<void>(refused("aud names somebody, expected none"))
                                               : Result<void>();
  if (!expected) return refused("aud does not name this service");
  return {};
}

/// Checks exp, nbf and iat; gives the time from which on the token is refused.
Result<std::optional<double>> check_times(json::View claims, const JwtSettings& settings, double now) {
  const auto expires = read_time(claims, settings.expires_claim);
  if (!expires) return expires.failure();
  const auto begins = read_time(claims, "nbf");
  if (!begins) return begins.failure();
  const auto issued = read_time(claims, "iat");
  if (!issued) return issued.failure();
  // A registered claim of a wrong type is refused even where another one is the end.
  if (const auto registered = read_time(claims, "exp"); !registered) return registered.failure();

  std::optional<double> end;
  if (*expires) end = **expires + settings.leeway;
  if (end && now >= *end) {
    Failure failure = refused("expired " + seconds(now - *end) + " ago");
    failure.name = "expired";
    return failure;
  }
  if (*begins && now < **begins - settings.leeway)
    return refused("not valid before another " + seconds(**begins - settings.leeway - now));
  if (*issued && **issued > now + kMaxLeeway) return refused("issued " + seconds(**issued - now) + " in the future");
  if (settings.max_age) {
    if (!*issued) return refused("iat is missing, so its age is unknown");
    const double too_old = **issued + *settings.max_age + settings.leeway;
    if (now >= too_old) return refused("issued " + seconds(now - **issued) + " ago, too long");
    end = std::min(end.value_or(too_old), too_old);
  }
  return end;
}

Result<std::string> read_user(json::View claims, const std::string& name) {
  const auto value = find_claim(claims, name);
  if (!value) return refused(name + " is missing, it names the user");
  std::uint64_t number = 0;  // not text by RFC 7519, but row numbers are what many issuers put there
  if (value->type() != simdjson::dom::element_type::DOUBLE && value->get_uint64().get(number) == simdjson::SUCCESS)
    return std::to_string(number);
  const auto text = text_of(*value);
  if (!text) return refused(name + " is neither a string nor a whole number");
  if (!is_user_name(*text)) return refused(name + " is empty, too long or holds control characters");
  return std::string(*text);
}

Json map_claims(json::View claims, const JwtSettings& settings) {
  if (settings.claims.empty()) return json::to_json(claims);
  Json mapped = Json::object();
  for (const auto& [name, path] : settings.claims) {
    if (const auto value = find_claim(claims, path)) mapped[name] = json::to_json(*value);
  }
  return mapped;
}

}  // namespace

Result<Identity> read_claims(json::View claims, const JwtSettings& settings, double unix_now) {
  if (!claims.is_object()) return refused("the payload is not an object");
  const std::vector<std::string> required = settings.required.value_or(std::vector{settings.expires_claim});
  for (const std::string& name : required) {
    if (!find_claim(claims, name)) return refused(name + " is missing");
  }
  if (const auto checked = check_issuer(claims, settings); !checked) return checked.failure();
  if (const auto checked = check_audience(claims, settings); !checked) return checked.failure();
  const auto end = check_times(claims, settings, unix_now);
  if (!end) return end.failure();
  auto user = read_user(claims, settings.user_claim);
  if (!user) return user.failure();

  Identity identity;
  identity.user = *std::move(user);
  identity.claims = map_claims(claims, settings);
  identity.expires = *end;
  return identity;
}

}  // namespace polygate::auth

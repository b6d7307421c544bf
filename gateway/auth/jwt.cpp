#include "gateway/auth/jwt.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gateway/auth/claims.h"
#include "gateway/auth/jws.h"
#include "gateway/base/ascii.h"
#include "gateway/base/base64.h"

namespace polygate::auth {

namespace {

constexpr json::Limits kPayloadLimits{.max_bytes = kMaxTokenBytes, .max_depth = 16, .max_nodes = 2048};

/// A key and what its identities are stamped with.
struct HeldKey {
  Key key;
  Json stamp;
};

std::string in_quotes(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// A media type without case and without the prefix that typ may leave out (RFC 7515, section 4.1.9).
std::string media_type(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), lower);
  return text.starts_with("application/") ? text.substr(12) : text;
}

class JwtVerifier final : public Verifier {
 public:
  JwtVerifier(std::string name, JwtSettings settings, std::vector<HeldKey> keys)
      : name_(std::move(name)), settings_(std::move(settings)), keys_(std::move(keys)) {}

  Result<IdentityPtr> verify(std::string_view token, double unix_now, std::string* why) const override {
    auto identity = read(token, unix_now);
    if (identity) return std::make_shared<const Identity>(*std::move(identity));
    if (why != nullptr) *why = identity.failure().message;
    return identity.failure().name == "expired" ? expired_token() : invalid_token();
  }

 private:
  Result<Identity> read(std::string_view token, double unix_now) const {
    const auto jws = read_jws(token);
    if (!jws) return jws.failure();
    if (settings_.type && media_type(jws->type.value_or("")) != media_type(*settings_.type))
      return Failure{Reason::unauthenticated, "the header's typ is not " + *settings_.type};
    const auto held = signer_of(*jws);
    if (!held) return held.failure();

    const auto payload = decode_base64url(jws->payload);
    if (!payload) return Failure{Reason::malformed, "the payload is not base64url (strict, without padding)"};
    json::Document document;
    if (const auto parsed = document.parse(*payload, kPayloadLimits); !parsed)
      return Failure{Reason::malformed, "the payload is not JSON: " + parsed.failure().message};
    auto identity = read_claims(document.root(), settings_, unix_now);
    if (!identity) return identity;
    identity->verifier = name_;
    identity->claims.update((*held)->stamp);
    return identity;
  }

  /// Whether the token means this key: by exact id, never by a pattern or a path.
  bool means(const Jws& jws, const Key& key) const {
    if (jws.kid) return key.id() == *jws.kid;
    return key.id().empty() || keys_.size() == 1;
  }

  Result<const HeldKey*> signer_of(const Jws& jws) const {
    bool known = false;
    bool fitting = false;
    for (const HeldKey& held : keys_) {
      if (!means(jws, held.key)) continue;
      known = true;
      if (jws.algorithm != auth::name(held.key.algorithm())) continue;
      fitting = true;
      if (held.key.verify(jws.signed_text, jws.signature)) return &held;
    }
    if (fitting) return Failure{Reason::unauthenticated, "the signature is wrong"};
    if (known) return Failure{Reason::unauthenticated, "the header's alg is not the key's"};
    return Failure{Reason::unauthenticated, jws.kid ? "no key has the id " + in_quotes(*jws.kid)
                                                    : "the header has no kid, and all keys have ids"};
  }

  std::string name_;
  JwtSettings settings_;
  std::vector<HeldKey> keys_;
};

std::optional<Algorithm> check_algorithm(const JwtSettings& settings, const Place& place, Diagnostics& problems) {
  const auto algorithm = algorithm_named(settings.algorithm);
  if (!settings.algorithm.empty() && !algorithm) {
    problems.add(place,
                 "unknown algorithm `" + settings.algorithm + "`, expected HS256, HS384, HS512, RS256, ES256 or EdDSA",
                 did_you_mean(settings.algorithm, algorithm_names()));
  }
  return algorithm;
}

void check_settings(const JwtSettings& settings, const Place& place, Diagnostics& problems) {
  if (settings.keys.empty()) problems.add(place, "no key, expected at least one of env, file and jwks");
  if (!(settings.leeway >= 0 && settings.leeway <= kMaxLeeway)) problems.add(place, "leeway must be 0 to 30 seconds");
  if (settings.max_age && !(std::isfinite(*settings.max_age) && *settings.max_age > 0))
    problems.add(place, "max_age must be a positive number of seconds");
  if (settings.user_claim.empty()) problems.add(place, "user_claim is empty");
  if (settings.expires_claim.empty()) problems.add(place, "expires_claim is empty");
}

std::vector<HeldKey> hold_keys(const JwtSettings& settings, std::optional<Algorithm> algorithm, const Place& place,
                               Diagnostics& problems) {
  std::vector<HeldKey> held;
  for (const KeySource& source : settings.keys) {
    auto keys = load_keys(source, algorithm, settings.allow_weak_secret);
    if (!keys) {
      problems.add(place, keys.failure().message);
      continue;
    }
    if (!source.stamp.is_object()) problems.add(place, source.where() + ": stamp must be a mapping of claims");
    for (Key& key : *keys) {
      const auto same = [&](const HeldKey& other) { return !key.id().empty() && other.key.id() == key.id(); };
      if (std::any_of(held.begin(), held.end(), same))
        problems.add(place, source.where() + ": a second key with the id " + in_quotes(key.id()));
      held.push_back({std::move(key), source.stamp});
    }
  }
  return held;
}

}  // namespace

std::unique_ptr<const Verifier> make_jwt_verifier(std::string name, JwtSettings settings, const Place& place,
                                                  Diagnostics& problems) {
  const std::size_t before = problems.size();
  const auto algorithm = check_algorithm(settings, place, problems);
  check_settings(settings, place, problems);
  // With a misspelt algorithm each key would only be wrong for that reason once more.
  if (problems.size() != before && !settings.algorithm.empty() && !algorithm) return nullptr;
  auto keys = hold_keys(settings, algorithm, place, problems);
  if (problems.size() != before) return nullptr;
  return std::make_unique<JwtVerifier>(std::move(name), std::move(settings), std::move(keys));
}

}  // namespace polygate::auth

#include "gateway/app/token_command.h"

#include <cmath>

#include "gateway/app/exit_code.h"
#include "gateway/app/text_file.h"
#include "gateway/auth/jwt.h"
#include "gateway/auth/key_source.h"
#include "gateway/auth/sign.h"
#include "gateway/auth/token_file.h"

namespace polygate::app {
namespace {

int print_opaque(Output output, std::ostream& out) {
  const std::string token = auth::random_token();
  const std::string stored = auth::hashed_token(token);
  if (output == Output::json) {
    out << Json({{"token", token}, {"stored", stored}}).dump() << '\n';
  } else {
    out << "token:  " << token << "\nstored: " << stored << '\n';
  }
  return kDone;
}

Result<const JwtConfig*> find_verifier(const Config& config, const std::string& name) {
  std::vector<std::string> names;
  for (const JwtConfig& jwt : config.jwt) {
    if (jwt.name == name) return &jwt;
    names.push_back(jwt.name);
  }
  for (const TokensConfig& tokens : config.tokens) {
    if (tokens.name != name) continue;
    return invalid("verifier `" + name + "` takes opaque tokens from " + tokens.file.string() +
                   ": `polygate token --opaque` makes one");
  }
  const std::string hint = did_you_mean(name, names);
  return invalid("the configuration has no verifier `" + shown(name) + "`" + (hint.empty() ? "" : ", " + hint));
}

Result<auth::SignSettings> signer(const auth::JwtSettings& jwt, const TokenArguments& arguments) {
  auth::SignSettings made;
  const auto algorithm = auth::algorithm_named(jwt.algorithm);
  if (!algorithm) {
    return invalid("verifier `" + arguments.verifier + "` names no `algorithm` that a token could be signed with");
  }
  made.algorithm = *algorithm;
  made.id = jwt.keys.front().id;
  made.allow_weak_secret = jwt.allow_weak_secret;
  if (jwt.type) made.type = *jwt.type;
  if (!auth::is_symmetric(*algorithm) && !arguments.private_key) {
    return invalid(jwt.algorithm + " tokens are signed with the private key: give its PEM file as --private-key");
  }
  if (auth::is_symmetric(*algorithm) && jwt.keys.front().jwks) {
    return invalid("verifier `" + arguments.verifier + "` has a key set: none of its keys can sign");
  }
  auto key = arguments.private_key ? read_text_file(*arguments.private_key) : auth::read_key_text(jwt.keys.front());
  if (!key) return key.failure();
  made.key = std::move(*key);
  return made;
}

Result<Json> claims_of(const auth::JwtSettings& jwt, const TokenArguments& arguments, double now) {
  Json claims = Json::object();
  const double start = std::floor(now);
  claims["iat"] = static_cast<std::int64_t>(start);
  claims[jwt.expires_claim] = static_cast<std::int64_t>(start) + arguments.ttl.count() / 1000;
  if (jwt.issuer) claims["iss"] = *jwt.issuer;
  if (!jwt.audience.empty()) claims["aud"] = jwt.audience.front();
  if (arguments.user) claims[jwt.user_claim] = *arguments.user;
  for (const std::string& claim : arguments.claims) {
    const std::size_t equals = claim.find('=');
    if (equals == std::string::npos || equals == 0) {
      return invalid("--claim takes name=value, not `" + shown(claim) + "`");
    }
    const std::string text = claim.substr(equals + 1);
    Json value = Json::parse(text, nullptr, false);
    claims[claim.substr(0, equals)] = value.is_discarded() ? Json(text) : std::move(value);
  }
  if (!claims.contains(jwt.user_claim)) {
    return invalid("whom does the token speak for? Give --user, which becomes the claim `" + jwt.user_claim + "`");
  }
  return claims;
}

Result<std::string> mint(const JwtConfig& jwt, const TokenArguments& arguments, double now) {
  auto claims = claims_of(jwt.settings, arguments, now);
  if (!claims) return claims.failure();
  const auto with = signer(jwt.settings, arguments);
  if (!with) return with.failure();
  return auth::sign_jwt(*claims, *with);
}

}  // namespace

int token_command(const TokenArguments& arguments, const Clock& clock, std::ostream& out, std::ostream& err) {
  if (arguments.opaque) return print_opaque(arguments.output, out);
  Diagnostics diagnostics;
  const auto config = load_config(arguments.config, diagnostics);
  if (!config) {
    tell_problems(diagnostics, arguments.output, "no token was made", err);
    return kConfiguration;
  }
  const auto jwt = find_verifier(*config, arguments.verifier);
  if (!jwt) {
    err << jwt.failure().message << '\n';
    return kCouldNotRun;
  }
  const double now = clock.unix_seconds();
  const auto token = mint(**jwt, arguments, now);
  if (!token) {
    err << token.failure().message << '\n';
    return kCouldNotRun;
  }
  const auto verifier = auth::make_jwt_verifier((*jwt)->name, (*jwt)->settings, (*jwt)->place, diagnostics);
  if (!verifier) {
    tell_problems(diagnostics, arguments.output, "no token was made", err);
    return kConfiguration;
  }
  std::string why;
  if (!verifier->verify(*token, now, &why)) {
    err << "verifier `" << arguments.verifier << "` would refuse this token: " << why << '\n';
    return kFailed;
  }
  if (arguments.output == Output::json) {
    out << Json({{"token", *token}}).dump() << '\n';
  } else {
    out << *token << '\n';
  }
  return kDone;
}

}  // namespace polygate::app

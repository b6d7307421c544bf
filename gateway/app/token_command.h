#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/app/config_source.h"
#include "gateway/app/output.h"
#include "gateway/base/clock.h"

namespace polygate::app {

struct TokenArguments {
  ConfigSource config;
  bool opaque = false;   ///< a random token instead of a signed one
  std::string verifier;  ///< whose tokens are minted
  std::optional<std::string> user;
  std::vector<std::string> claims;  ///< name=value; the value is JSON where it is, else text
  Millis ttl{3'600'000};
  std::optional<std::string> private_key;  ///< PEM file, for RS256, ES256 and EdDSA
  Output output = Output::text;
};

/// `polygate token`: mints a token for a verifier of the configuration, with the verifier's own secret or the private
/// key beside its public one, and holds it against the verifier before it is printed. kDone, kFailed when the verifier
/// would refuse it, kCouldNotRun, kConfiguration.
int token_command(const TokenArguments& arguments, const Clock& clock, std::ostream& out, std::ostream& err);

}  // namespace polygate::app

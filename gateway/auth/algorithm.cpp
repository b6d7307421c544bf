#include "gateway/auth/algorithm.h"

#include <array>
#include <cstddef>

namespace polygate::auth {

namespace {

constexpr std::array<std::string_view, 6> kNames = {"HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"};

}  // namespace

std::string_view name(Algorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> algorithm_named(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<Algorithm>(i);
  }
  return std::nullopt;
}

std::vector<std::string> algorithm_names() {
  return {kNames.begin(), kNames.end()};
}

bool is_symmetric(Algorithm algorithm) {
  return algorithm == Algorithm::hs256 || algorithm == Algorithm::hs384 || algorithm == Algorithm::hs512;
}

}  // namespace polygate::auth

#include "gateway/auth/token_file.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace polygate::auth {

namespace {

constexpr std::string_view kHashPrefix = "sha256:";

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest_of(std::string_view token) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::optional<Digest> digest_from_hex(std::string_view hex) {
  Digest digest{};
  if (hex.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = nibble(hex[2 * i]);
    const int low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<unsigned char>(high << 4 | low);
  }
  return digest;
}

bool is_printable(std::string_view token) {
  return std::all_of(token.begin(), token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

class TokenVerifier final : public Verifier {
 public:
  explicit TokenVerifier(std::map<Digest, IdentityPtr> by_digest) : by_digest_(std::move(by_digest)) {}

  Result<IdentityPtr> verify(std::string_view token, double unix_now, std::string* why) const override {
    const auto refuse = [why](const char* detail) {
      if (why != nullptr) *why = detail;
      return invalid_token();
    };
    if (token.empty()) return refuse("the token is empty");
    if (token.size() > kMaxTokenBytes) return refuse("the token is longer than 8 KiB");
    const auto found = by_digest_.find(digest_of(token));
    if (found == by_digest_.end()) return refuse("no such token");
    if (found->second->expires && unix_now >= *found->second->expires) {
      refuse("the token has expired");
      return expired_token();
    }
    return found->second;
  }

 private:
  std::map<Digest, IdentityPtr> by_digest_;
};

/// The entry's digest, or nothing after saying what is wrong with its token.
std::optional<Digest> check_token(const TokenEntry& entry, Diagnostics& problems) {
  if (entry.token.starts_with(kHashPrefix)) {
    const auto digest = digest_from_hex(std::string_view(entry.token).substr(kHashPrefix.size()));
    if (!digest) problems.add(entry.place, "expected 64 hex digits after sha256:");
    return digest;
  }
  if (entry.token.empty() || entry.token.size() > kMaxTokenBytes) {
    problems.add(entry.place, "the token has " + std::to_string(entry.token.size()) + " bytes, expected 1 to " +
                                  std::to_string(kMaxTokenBytes));
    return std::nullopt;
  }
  if (!is_printable(entry.token)) {
    problems.add(entry.place, "the token holds spaces or characters that are not printable ASCII");
    return std::nullopt;
  }
  return digest_of(entry.token);
}

void check_rest(const TokenEntry& entry, Diagnostics& problems) {
  if (!is_user_name(entry.user)) problems.add(entry.place, "user must have 1 to 256 bytes and no control characters");
  if (!entry.claims.is_object()) problems.add(entry.place, "claims must be a mapping");
  if (entry.expires && !(std::isfinite(*entry.expires) && *entry.expires >= 0))
    problems.add(entry.place, "expires must be unix seconds, not negative");
}

}  // namespace

std::unique_ptr<const Verifier> make_token_verifier(std::string name, const std::vector<TokenEntry>& entries,
                                                    Diagnostics& problems) {
  const std::size_t before = problems.size();
  std::map<Digest, IdentityPtr> by_digest;
  for (const TokenEntry& entry : entries) {
    check_rest(entry, problems);
    const auto digest = check_token(entry, problems);
    if (!digest) continue;
    auto identity = std::make_shared<const Identity>(Identity{entry.user, name, entry.claims, entry.expires});
    if (!by_digest.try_emplace(*digest, std::move(identity)).second)
      problems.add(entry.place, "the token is listed twice");
  }
  if (problems.size() != before) return nullptr;
  return std::make_unique<TokenVerifier>(std::move(by_digest));
}

std::string hashed_token(std::string_view token) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kHashPrefix);
  for (const unsigned char byte : digest_of(token)) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace polygate::auth

#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// No token is longer; a longer one is refused unread.
inline constexpr std::size_t kMaxTokenBytes = 8 * 1024;

/// Whom a token speaks for. Immutable; shared by the sessions that were authenticated with it.
struct Identity {
  std::string user;               ///< 1..256 bytes of UTF-8 without control characters
  std::string verifier;           ///< the name of the verifier that vouches for it
  Json claims = Json::object();   ///< what else the token says, as the verifier's settings map it
  std::optional<double> expires;  ///< unix seconds from which on verify() would refuse the token
};
using IdentityPtr = std::shared_ptr<const Identity>;

/// Turns a token into an identity. Immutable once built, so any thread may ask at any time. Never blocks: no file, no
/// network, no lock.
class Verifier {
 public:
  virtual ~Verifier() = default;

  /// `unix_now` is wall-clock time in seconds. A refusal is always `unauthenticated` with the text "Invalid token",
  /// whatever was wrong (malformed, forged, expired, somebody else's): clients get no oracle. `why`, if given, receives
  /// the detail for the log; it never holds the token or a part of its signature.
  virtual Result<IdentityPtr> verify(std::string_view token, double unix_now, std::string* why = nullptr) const = 0;
};

/// The one refusal that clients see. Profiles may have other words for a token that was good until it expired: who
/// holds that learns nothing new.
Failure invalid_token();
Failure expired_token();

/// `header` without a leading "Bearer " or "Basic " in any case (RFC 6750, section 2.1; RFC 9110, section 11.1) and
/// without spaces and tabs around the token; otherwise `header` as it is.
std::string_view strip_scheme(std::string_view header);

/// Whether `user` may name an identity: 1..256 bytes, no control characters.
bool is_user_name(std::string_view user);

}  // namespace polygate::auth

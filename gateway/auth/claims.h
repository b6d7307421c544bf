#pragma once
#include "gateway/auth/jwt.h"
#include "gateway/auth/verifier.h"
#include "gateway/base/json.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// The identity that verified claims stand for (RFC 7519, section 4.1), at `unix_now`. The registered claims exp, nbf,
/// iat, iss and aud must be of their type whenever they are there, even where no setting asks for them. Times are
/// numbers of seconds, 0 up to the end of year 9999. The token ends at exp + leeway: accepted just before, refused from
/// then on. It begins at nbf - leeway. `iat` may be kMaxLeeway ahead of us.
/// A failure's message is for the log; `verifier` is left empty.
Result<Identity> read_claims(json::View claims, const JwtSettings& settings, double unix_now);

}  // namespace polygate::auth

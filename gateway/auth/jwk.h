#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/auth/algorithm.h"
#include "gateway/auth/key.h"
#include "gateway/base/result.h"

namespace polygate::auth {

/// The keys of a JWK set (RFC 7517, section 5; RFC 7518, section 6; RFC 8037, section 2) that can check signatures.
/// As the RFC asks, keys for other uses or of unsupported types are passed over, but at least one must be left. A key
/// without `alg` gets the only one that it can have; an `oct` key has several and so takes `only`. If `only` is given,
/// keys of other algorithms are passed over too. Damaged, too short and private keys are refused, naming the key.
Result<std::vector<Key>> read_jwks(std::string_view text, std::optional<Algorithm> only, bool allow_weak);

}  // namespace polygate::auth

#include "gateway/routing/secret_id.h"

#include "gateway/base/ids.h"

namespace polygate {

// Two names of sessions' form, one behind the other: each holds the place and half of the secret.
SecretId SecretId::make(WorkerIndex worker, std::uint32_t slot) {
  return {worker, slot, {random_u64(), random_u64() | 1}};
}

std::string SecretId::text() const {
  return SessionId{worker, slot, secret[0]}.text() + SessionId{worker, slot, secret[1]}.text();
}

std::optional<SecretId> SecretId::parse(std::string_view text) {
  const auto first = SessionId::parse(text.substr(0, text.size() / 2));
  const auto second = SessionId::parse(text.substr(text.size() / 2));
  if (!first || !second || first->worker != second->worker || first->slot != second->slot) return std::nullopt;
  return SecretId{first->worker, first->slot, {first->nonce, second->nonce}};
}

}  // namespace polygate

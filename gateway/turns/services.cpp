#include "gateway/turns/services.h"

namespace polygate::turns {

Result<auth::IdentityPtr> Services::verify(const std::string& verifier, std::string_view token,
                                           std::string_view address) const {
  const auth::Verifier* judge = verifiers->find(verifier);
  if (!judge) return Failure{Reason::internal, "internal error"};
  std::string why;
  auto identity = judge->verify(auth::strip_bearer(token), clock->unix_seconds(), &why);
  if (!identity) {
    log->write_rarely("auth " + verifier, Level::warn, "token refused",
                      {{"verifier", verifier}, {"why", why}, {"address", address}});
  }
  return identity;
}

}  // namespace polygate::turns

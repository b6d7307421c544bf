#include "gateway/turns/services.h"

#include <utility>

namespace polygate::turns {

Result<rules::Judged> Services::verify(const profile::AuthenticateStep& step, std::string_view token,
                                       std::string_view address) const {
  Failure failure = auth::invalid_token();
  std::string asked;
  std::string why;
  for (const profile::Judge& one : step.judges) {
    const auth::Verifier* judge = verifiers->find(one.verifier);
    if (!judge) return Failure{Reason::internal, "internal error"};
    std::string its;
    auto identity = judge->verify(token, clock->unix_seconds(), &its);
    if (identity) return rules::Judged{std::move(*identity), &one};
    // One whose signature is good is the one that was meant.
    if (identity.failure().name == "expired") failure = identity.failure();
    asked += (asked.empty() ? "" : ", ") + one.verifier;
    why += (why.empty() ? "" : "; ") + its;
  }
  log->write_rarely("auth " + asked, Level::warn, "token refused",
                    {{"verifier", asked}, {"why", why}, {"address", address}});
  return failure;
}

}  // namespace polygate::turns

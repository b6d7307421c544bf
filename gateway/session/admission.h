#pragma once
#include "gateway/session/session_table.h"
#include "gateway/turns/services.h"

namespace polygate::session {

/// Who comes, by the handshake's own token: nobody, where the endpoint wants none or can do without. The role that its
/// verifier says is noted in the opening, and what the endpoint says where the client does not is filled in: query
/// parameters, the user, the form of the id. What the client chose is held against the profile's definitions of it:
/// `invalid`, in the profile's words, where it breaks them.
Result<auth::IdentityPtr> admit(const turns::Services& services, const profile::Profile& profile,
                                const profile::Endpoint& endpoint, Opening& opening);

}  // namespace polygate::session

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "gateway/auth/verifier.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/exchange.h"

namespace polygate::rules {

struct Closing {
  std::uint16_t code = 1000;
  std::string reason;
};

/// All that one event does. A value: nothing has happened until the session applies it, and then all of it does.
struct Effects {
  auth::IdentityPtr identity;  ///< set when the rule authenticated somebody
  std::optional<profile::RoleIndex> role;
  Json variables;              ///< an object, or null when the rule sets none
  std::vector<Topic> claimed;  ///< already held; the session remembers them
  std::vector<Topic> join;
  Exchange::Batch sends;  ///< rendered, checked and framed
  std::vector<Topic> leave;
  std::vector<FramePtr> replies;
  std::optional<Closing> close;
};

/// What became of one event, for meters and logs.
struct Verdict {
  std::optional<Failure> failure;   ///< none: the rule happened
  std::size_t outgoing = 0;         ///< sends and replies
  std::size_t checked = 0;          ///< of them: held against a schema (or the dialect has none)
  std::string bad_result;           ///< what is wrong with what the handler said: nothing was said of it
  std::vector<std::string> broken;  ///< outgoing events that broke their own schema: not sent, our own fault
};

}  // namespace polygate::rules

#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/base/diagnostics.h"
#include "gateway/base/reason.h"
#include "gateway/profile/template.h"

/// What failures are called, and what a profile says for each: `failures` of a rule or of the whole profile.
namespace polygate::profile {

/// A name of the gateway's that is finer than the reason under which it is counted.
struct FinerName {
  std::string_view name;
  Reason reason;
};
/// `no_token`, `expired`, `bad_token` under `unauthenticated`; `rate` under `limited`; and under `invalid` the keyword
/// of JSON Schema that refused: `type`, `required`, ...
std::span<const FinerName> finer_names();
/// Of a name of the gateway's, finer or not; nothing for others.
std::optional<Reason> reason_of(std::string_view name);

/// The words for one name: a text, a code for machines, or both.
struct FailureWords {
  std::optional<Text> text;
  std::optional<Text> code;
  Place place;  ///< of the name
};
using Failures = std::map<std::string, FailureWords, std::less<>>;

/// The name that a profile gives to a failure of its own: `failure:` of a condition or a claim. Its words stand under
/// `failures`.
struct OwnFailure {
  std::string name;  ///< empty: it is called like its reason
  Place place;
};

struct Rule;
struct Profile;

/// The words for a failure that is called `name`, for this `reason`: by name, then by reason, in each the rule's before
/// the profile's; text and code each for themselves. `rule` may be null.
struct FoundWords {
  const Text* text = nullptr;
  const Text* code = nullptr;
  bool by_name = false;  ///< one of them is
};
FoundWords words_for(const Profile& profile, const Rule* rule, std::string_view name, Reason reason);

}  // namespace polygate::profile

#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/profile.h"

namespace polygate::profile {

/// What the parts of the reader share while they walk one profile: the profile that grows, where problems go, and where
/// each family of topics was first claimed or joined. Lives as long as one read().
struct ReadContext {
  Profile& profile;
  Diagnostics& diagnostics;
  std::map<std::string, Place, std::less<>> family_places;

  void problem(const Place& place, std::string message, std::string hint = {}) {
    diagnostics.add(place, std::move(message), std::move(hint));
  }
};

/// Calls `visit` for each element of a list, or for the node itself when it is none: "one or a list of".
template <class Visit>
void each_of(const yaml::Node& node, Visit visit) {
  if (!node.is_list()) {
    visit(node);
    return;
  }
  for (const yaml::Node& item : node.items()) visit(item);
}

/// Says so when `node` is `{data.x}`: somebody meant `$data.x`, and YAML reads a mapping whose only key has no value.
bool refuse_braces(ReadContext& context, const yaml::Node& node);

/// Is `node` a mapping? Says so when it is not, and which of its keys are not among `known`; those of `told` the caller
/// refuses by itself. `what` names it in messages, such as "a rule".
bool expect_map(ReadContext& context, const yaml::Node& node, std::string_view what,
                const std::vector<std::string>& known, const std::vector<std::string>& told = {});

/// Has the mapping `key`? Says so at `place` when it has not.
const yaml::Node* expect_key(ReadContext& context, const yaml::Node& map, const std::string& key, const Place& place,
                             std::string_view what);

/// Hands on what was found, each problem once: what an anchor holds is read again for each alias of it.
void add_once(const Diagnostics& found, Diagnostics& into);

/// "`what` is <expected>, this is a list".
void mismatch(ReadContext& context, const yaml::Node& node, std::string_view what, std::string_view expected);

}  // namespace polygate::profile

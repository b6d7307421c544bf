#include "gateway/profile/check_presence.h"

#include <string>
#include <vector>

#include "gateway/profile/check_matching.h"
#include "gateway/profile/check_rule.h"

namespace polygate::profile {
namespace {

void check_family(CheckContext& context, const std::string& family, const Place& place) {
  const auto& families = context.profile.families;
  if (family == "session" || family == "role") {
    context.problem(place, "`presence` is of `user`, or of a family that rules join or claim, not of `" + family + "`");
  } else if (!families.contains(family)) {
    std::vector<std::string> known;
    for (const auto& [name, kind] : families) {
      if (name != "session" && name != "role") known.push_back(name);
    }
    context.problem(place, "no rule claims or joins `" + family + "/`: nobody can be there",
                    did_you_mean(family, known));
  }
}

}  // namespace

void check_presence(CheckContext& context) {
  for (auto& [family, presence] : context.profile.presence) {
    check_family(context, family, presence.place);
    if (family == "user") context.profile.uses_user_topics = true;
    for (auto* rules : {&presence.arrived, &presence.left}) {
      check_choice(context, *rules, "");
      for (Rule& rule : *rules) check_rule(context, rule, "");
    }
  }
}

}  // namespace polygate::profile

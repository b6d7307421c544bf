#include "gateway/profile/read_presence.h"

#include <utility>

#include "gateway/profile/read_rule.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

/// Long enough for who changes its user, and so leaves a topic and joins it again.
constexpr Millis kShortestGrace{100};
constexpr Millis kLongestGrace = std::chrono::hours(1);

Presence read_one(ReadContext& context, const yaml::Node& node, const Place& place) {
  Presence presence;
  presence.place = place;
  if (!expect_map(context, node, "`presence` of a family", {"after", "arrived", "left"})) return presence;
  if (const yaml::Node* after = node.find("after")) {
    presence.after = read_duration(context, *after, "`after`").value_or(presence.after);
    if (presence.after < kShortestGrace || presence.after > kLongestGrace) {
      context.problem(after->place(), "`after` is from 100ms to 1h, this is `" + after->text() + "`");
    }
  }
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (entry.key == "arrived") {
      presence.arrived = read_rules(context, entry.value, RuleKind::presence, entry.key_place);
    } else if (entry.key == "left") {
      presence.left = read_rules(context, entry.value, RuleKind::presence, entry.key_place);
    }
  }
  if (node.find("arrived") == nullptr && node.find("left") == nullptr) {
    context.problem(place, "`presence` of a family has `arrived`, `left` or both");
  }
  return presence;
}

}  // namespace

void read_presence(ReadContext& context, const yaml::Node& node) {
  if (!node.is_map()) {
    mismatch(context, node, "`presence`", "a mapping of families to {after, arrived, left}");
    return;
  }
  if (node.entries().empty()) context.problem(node.place(), "`presence` names at least one family");
  for (const yaml::Node::Entry& entry : node.entries()) {
    context.profile.presence.emplace(entry.key, read_one(context, entry.value, entry.key_place));
  }
}

}  // namespace polygate::profile

#include "gateway/profile/read_limits.h"

#include "gateway/base/units.h"

namespace polygate::profile {
namespace {

void too_much(ReadContext& context, const yaml::Node& asked, const Limit& limit, const Caps& caps, double found) {
  const bool is_endless = found == 0;
  context.problem(asked.place(),
                  '`' + std::string(limit.name) + "` is " + limit.text(found) + (is_endless ? " (no limit)" : "") +
                      ", this deployment allows at most " + limit.text(caps.most(limit)),
                  "`limits." + std::string(limit.name) + "` of the deployment: " + std::string(caps.origin(limit)));
}

}  // namespace

void read_limits(ReadContext& context, const yaml::Node* node, const Caps& caps) {
  if (node != nullptr && !expect_map(context, *node, "`limits`", limit_names(LimitsOf::profile))) node = nullptr;
  Limits& limits = context.profile.limits;
  for (const Limit& limit : all_limits()) {
    if (!limit.stands_in(LimitsOf::profile)) continue;
    const double most = caps.most(limit);
    const double usual = limit.usual(LimitsOf::profile);
    set(limits, limit, limit.exceeds(usual, most) ? most : usual);
    const yaml::Node* asked = node == nullptr ? nullptr : node->find(limit.name);
    if (asked == nullptr) continue;
    const auto found = read_limit(*asked, limit, context.diagnostics);
    if (!found) continue;
    set(limits, limit, *found);
    if (limit.exceeds(*found, most)) too_much(context, *asked, limit, caps, *found);
  }
  if (limits.outbox_bytes < limits.message_bytes) {
    context.problem(node == nullptr ? context.profile.places.profile : node->place(),
                    "`outbox_bytes` (" + format_size(limits.outbox_bytes) +
                        ") cannot hold one message of `message_bytes` (" + format_size(limits.message_bytes) + ")");
  }
}

}  // namespace polygate::profile

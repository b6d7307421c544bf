#pragma once
#include <cstdint>
#include <vector>

#include "gateway/base/yaml.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {

/// Where a rule stands decides which steps it can have.
enum class RuleKind : std::uint8_t { event, opened, closed, started, timer, presence };

/// One rule or a list of them. `place` is where problems of a single rule point: its event's name, or `opened`.
std::vector<Rule> read_rules(ReadContext& context, const yaml::Node& node, RuleKind kind, const Place& place);

}  // namespace polygate::profile

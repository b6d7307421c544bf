#include "gateway/profile/read_limits.h"

#include "gateway/base/units.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

constexpr std::uint64_t kMany = 1'000'000'000;
constexpr Millis kLeastTime{100};
constexpr Millis kMostTime = std::chrono::hours(1);

void size(ReadContext& context, const yaml::Node& limits, const char* key, std::size_t& into) {
  if (const yaml::Node* node = limits.find(key)) {
    if (const auto found = read_size(context, *node, '`' + std::string(key) + '`')) into = *found;
  }
}

template <class T>
void count(ReadContext& context, const yaml::Node& limits, const char* key, std::uint64_t least, std::uint64_t most,
           T& into) {
  if (const yaml::Node* node = limits.find(key)) {
    const auto found = read_count(context, *node, '`' + std::string(key) + '`', least, most);
    if (found) into = static_cast<T>(*found);
  }
}

void rate(ReadContext& context, const yaml::Node& limits, const char* key, double& into) {
  if (const yaml::Node* node = limits.find(key)) {
    if (const auto found = read_rate(context, *node, '`' + std::string(key) + '`')) into = *found;
  }
}

/// As long as events may hold up what comes behind them.
void time(ReadContext& context, const yaml::Node& limits, const char* key, Millis& into) {
  const yaml::Node* node = limits.find(key);
  if (node == nullptr) return;
  const auto found = read_duration(context, *node, '`' + std::string(key) + '`');
  if (!found) return;
  into = *found;
  if (into < kLeastTime || into > kMostTime) {
    context.problem(node->place(), '`' + std::string(key) + "` is " + node->text() + ", expected 100ms to 1h");
  }
}

}  // namespace

void read_limits(ReadContext& context, const yaml::Node& node) {
  const std::vector<std::string> known = {"message_bytes", "json_depth",     "json_nodes",  "inbox_events",
                                          "outbox_bytes",  "outbox_frames",  "memberships", "events_per_second",
                                          "events_burst",  "kept_per_topic", "kept_bytes",  "turn_within",
                                          "finish_within"};
  if (!expect_map(context, node, "`limits`", known)) return;
  Limits& limits = context.profile.limits;
  size(context, node, "message_bytes", limits.message_bytes);
  count(context, node, "json_depth", 1, 1'000, limits.json_depth);
  count(context, node, "json_nodes", 1, kMany, limits.json_nodes);
  count(context, node, "inbox_events", 1, kMany, limits.inbox_events);
  size(context, node, "outbox_bytes", limits.outbox_bytes);
  count(context, node, "outbox_frames", 0, kMany, limits.outbox_frames);
  count(context, node, "memberships", 0, kMany, limits.memberships);
  rate(context, node, "events_per_second", limits.events_per_second);
  rate(context, node, "events_burst", limits.events_burst);
  count(context, node, "kept_per_topic", 0, kMany, limits.kept_per_topic);
  size(context, node, "kept_bytes", limits.kept_bytes);
  time(context, node, "turn_within", limits.turn_within);
  time(context, node, "finish_within", limits.finish_within);

  if (limits.outbox_bytes < limits.message_bytes) {
    context.problem(node.place(), "`outbox_bytes` (" + format_size(limits.outbox_bytes) +
                                      ") cannot hold one message of `message_bytes` (" +
                                      format_size(limits.message_bytes) + ")");
  }
  if (limits.events_per_second > 0 && limits.events_burst < 1) {
    context.problem(node.place(), "`events_burst` is at least 1 when `events_per_second` is not 0");
  }
}

}  // namespace polygate::profile

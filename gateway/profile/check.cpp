#include "gateway/profile/check.h"

#include <algorithm>

#include "gateway/profile/check_context.h"
#include "gateway/profile/check_effects.h"
#include "gateway/profile/check_endpoints.h"
#include "gateway/profile/check_failures.h"
#include "gateway/profile/check_matching.h"
#include "gateway/profile/check_paths.h"
#include "gateway/profile/check_plugins.h"
#include "gateway/profile/check_presence.h"
#include "gateway/profile/check_rule.h"
#include "gateway/profile/read_context.h"

namespace polygate::profile {
namespace {

/// What stands in a profile for Engine.IO or Socket.IO alone.
void check_engine(CheckContext& context) {
  const Profile& profile = context.profile;
  const dialect::Traits traits = context.traits();
  if (profile.dialect && !traits.engine_io && profile.places.engine.line != 0) {
    context.problem(profile.places.engine, "`engine` is for the dialects socket.io and engine.io");
  }
  if (profile.places.recovery.line != 0 && !traits.recovery) {
    context.problem(profile.places.recovery, "only the dialect socket.io has `recovery`");
  } else if (profile.places.recovery.line != 0 && !profile.engine.v4) {
    context.problem(profile.places.recovery, "only clients of revision 4 can come back to their session");
  }
  for (const Endpoint& endpoint : profile.endpoints) {
    const dialect::Traits its = profile.dialect ? profile.dialect_of(endpoint).traits() : dialect::Traits{};
    if (profile.dialect && its.json != traits.json) {
      context.problem(
          endpoint.place,
          "this endpoint's dialect and the profile's have no data in common: one has JSON, the other bytes");
    }
    if (!endpoint.namespaces.empty() && !its.namespaces) {
      context.problem(endpoint.place, "only the dialect socket.io has `namespaces`");
    }
    if (its.engine_io && endpoint.ping.every.count() == 0) {
      context.problem(endpoint.place, "clients of Engine.IO live by the heartbeat: `ping` cannot be off here");
    }
    if (its.engine_io && endpoint.idle.count() != 0) {
      context.problem(endpoint.idle_place,
                      "clients of Engine.IO live by the heartbeat, who does not answer is closed: `idle` is for plain "
                      "WebSockets");
    }
  }
  if (!profile.dialect) return;
  for (const auto& [event, place] : profile.places.events) {
    const std::string& name = event;  // clang 14 takes no part of a binding into a lambda
    const auto reserves = [&name](const auto& dialect) { return dialect->is_reserved(name); };
    if (!reserves(profile.dialect) &&
        std::none_of(profile.other_dialects.begin(), profile.other_dialects.end(), reserves)) {
      continue;
    }
    context.problem(place, "clients of Socket.IO never send `" + event + "`: the name is reserved");
  }
}

void check_dialect_and_schema(CheckContext& context) {
  Profile& profile = context.profile;
  if (context.json()) {
    if (profile.dialect != nullptr && profile.schema_file.empty()) {
      context.problem(profile.places.schema, "a profile that speaks JSON needs `schema`");
    }
    if (profile.dialect != nullptr && profile.otherwise.empty()) {
      context.problem(profile.places.profile,
                      "a profile that speaks JSON needs `otherwise`: what a failed event answers");
    }
    return;
  }
  if (!profile.schema_file.empty()) {
    context.problem(profile.places.schema, "this dialect has no JSON, so a `schema` cannot be held against it");
  }
  for (const auto& [event, place] : profile.places.events) {
    if (event == "text" || event == "binary") continue;
    context.problem(place, "this dialect has the events `text` and `binary`, not `" + event + "`");
  }
}

void check_roles(CheckContext& context) {
  for (std::size_t role = 0; role < context.profile.roles.size(); ++role) {
    if (context.reach.is_reached(static_cast<RoleIndex>(role))) continue;
    context.problem(context.profile.places.roles[role],
                    "role `" + context.profile.roles[role] + "` is never reached: no endpoint leads to it");
  }
}

void check_rules(CheckContext& context) {
  for (auto& [event, rules] : context.profile.events) {
    check_choice(context, rules, event);
    for (Rule& rule : rules) check_rule(context, rule, event);
  }
  for (Rule& rule : context.profile.opened) check_rule(context, rule, "");
  for (Rule& rule : context.profile.closed) check_rule(context, rule, "");
  for (Rule& rule : context.profile.started) check_rule(context, rule, "");
  for (auto& [name, timer] : context.profile.timers) check_rule(context, timer.rule, "");
}

void check_profile_otherwise(CheckContext& context) {
  CheckScope scope;
  scope.any_event = true;
  for (std::size_t role = 0; role < context.profile.roles.size(); ++role) {
    scope.from.push_back(static_cast<RoleIndex>(role));
  }
  check_otherwise(context, context.profile.otherwise, scope, "");
  check_failures(context, scope, context.profile.failures);
  if (!context.json() || context.profile.otherwise.empty()) return;
  const auto catches_all = [](const Otherwise& entry) { return entry.from.empty() && entry.on.empty(); };
  const auto& entries = context.profile.otherwise;
  if (std::none_of(entries.begin(), entries.end(), catches_all)) {
    context.problem(entries.back().place,
                    "some failures have no answer: let the last entry of `otherwise` be one without `on` and `from`");
  }
  // Failures of events that exist are answered under the event's own name when `as` does not say another.
  for (const Otherwise& entry : entries) {
    for (const ReplyStep& reply : entry.replies) {
      for (const auto& [event, place] : context.profile.places.events) check_reply_of(context, reply, event, place);
    }
  }
}

}  // namespace

CheckContext::CheckContext(Profile& checked, const Surroundings& offered, Diagnostics& problems, Diagnostics& in_files)
    : profile(checked),
      surroundings(offered),
      diagnostics(problems),
      reach(checked),
      definitions(checked, offered, problems, in_files) {
  each_rule(checked, [&](const Rule& rule, const std::string& event) {
    for (const auto& [variable, value] : rule.set) variables.insert(variable);
    for (const SendStep& send : rule.sends) {
      if (!send.keep) continue;
      const Keeping keeping{send.keep->key, constant_name(send.as, event), send.args.has_value()};
      for (const TopicText& topic : send.to) kept.emplace(topic.family, keeping);
    }
    if (!rule.handler) return;
    for (const Emits::Name& family : rule.handler->emits.families) emitted.insert(family.text);
  });
}

void check(Profile& profile, const Surroundings& surroundings, Diagnostics& diagnostics) {
  Diagnostics found;
  CheckContext context(profile, surroundings, found, diagnostics);
  check_dialect_and_schema(context);
  check_engine(context);
  check_endpoints(context);
  check_roles(context);
  check_rules(context);
  check_presence(context);
  check_profile_otherwise(context);
  check_plugins(context);
  hold_handshakes(context);
  context.definitions.tell_unused(profile.places.schema);
  add_once(found, diagnostics);
}

}  // namespace polygate::profile

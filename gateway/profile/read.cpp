#include "gateway/profile/read.h"

#include <algorithm>

#include "gateway/profile/read_context.h"
#include "gateway/profile/read_dialect.h"
#include "gateway/profile/read_effects.h"
#include "gateway/profile/read_endpoint.h"
#include "gateway/profile/read_limits.h"
#include "gateway/profile/read_presence.h"
#include "gateway/profile/read_rule.h"
#include "gateway/profile/read_template.h"
#include "gateway/profile/read_timers.h"
#include "gateway/profile/read_value.h"

namespace polygate::profile {
namespace {

/// Roles have no list of their own: one is there because an endpoint starts in it or a rule becomes it. They are found
/// before anything is read, so that `from` may name a role that a later rule makes. What is no name is left to the
/// reader of that place.
class RoleFinder {
 public:
  explicit RoleFinder(Profile& profile) : profile_(profile) {}

  void find(const yaml::Node& root) {
    if (const yaml::Node* endpoints = root.find("endpoints")) {
      for (const yaml::Node::Entry& entry : endpoints->entries()) {
        each_of(entry.value, [&](const yaml::Node& endpoint) {
          add(endpoint.find("role"));
          authenticated(endpoint);
          if (const yaml::Node* namespaces = endpoint.find("namespaces")) {
            for (const yaml::Node::Entry& each : namespaces->entries()) add(&each.value);
          }
        });
      }
    }
    if (const yaml::Node* events = root.find("events")) {
      for (const yaml::Node::Entry& entry : events->entries()) become(entry.value);
    }
    for (const char* key : {"opened", "closed"}) {
      if (const yaml::Node* rules = root.find(key)) become(*rules);
    }
  }

 private:
  void become(const yaml::Node& rules) {
    each_of(rules, [&](const yaml::Node& rule) {
      add(rule.find("become"));
      authenticated(rule);
    });
  }
  /// What the users of each verifier become.
  void authenticated(const yaml::Node& where) {
    const yaml::Node* step = where.find("authenticate");
    const yaml::Node* verifiers = step != nullptr ? step->find("verifier") : nullptr;
    if (verifiers == nullptr) return;
    for (const yaml::Node::Entry& entry : verifiers->entries()) {
      each_of(entry.value, [&](const yaml::Node& role) { add(&role); });
    }
  }
  void add(const yaml::Node* node) {
    if (node == nullptr || !node->is_string() || !is_name(node->text())) return;
    if (std::find(profile_.roles.begin(), profile_.roles.end(), node->text()) != profile_.roles.end()) return;
    profile_.roles.push_back(node->text());
    profile_.places.roles.push_back(node->place());
  }
  Profile& profile_;
};

void read_head(ReadContext& context, const yaml::Node& root) {
  Profile& profile = context.profile;
  profile.places.profile = root.place();
  if (const yaml::Node* name = expect_key(context, root, "profile", root.place(), "a profile")) {
    profile.name = read_name(context, *name, "`profile`").value_or("");
    profile.places.profile = name->place();
  }
  if (const yaml::Node* about = root.find("about")) profile.about = read_word(context, *about, "`about`").value_or("");
  if (const yaml::Node* dialect = expect_key(context, root, "dialect", profile.places.profile, "a profile")) {
    profile.dialect = read_dialect(context, *dialect);
    profile.places.dialect = dialect->place();
  }
  if (const yaml::Node* engine = root.find("engine")) read_engine(context, *engine);
  profile.places.schema = profile.places.profile;
  if (const yaml::Node* schema = root.find("schema")) {
    profile.schema_file = read_word(context, *schema, "`schema`").value_or("");
    profile.places.schema = schema->place();
  }
  if (const yaml::Node* plugins = root.find("plugins")) {
    each_of(*plugins, [&](const yaml::Node& item) {
      auto plugin = read_word(context, item, "`plugins`");
      if (!plugin) return;
      profile.plugins.push_back(std::move(*plugin));
      profile.places.plugins.push_back(item.place());
    });
  }
  if (const yaml::Node* settings = root.find("settings")) {
    profile.places.settings = *settings;
    if (settings->is_map()) {
      profile.settings = settings->to_json();
    } else {
      mismatch(context, *settings, "`settings`", "a mapping");
    }
  }
}

void read_events(ReadContext& context, const yaml::Node& node) {
  if (!node.is_map()) {
    mismatch(context, node, "`events`", "a mapping of events to rules");
    return;
  }
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (entry.key.empty()) context.problem(entry.key_place, "an event has a name");
    context.profile.places.events.emplace(entry.key, entry.key_place);
    context.profile.events.emplace(entry.key, read_rules(context, entry.value, RuleKind::event, entry.key_place));
  }
}

/// Do both name the same value at any moment of one turn?
bool find_the_same(const Path& a, const Path& b) {
  const Root root = a.root;
  const bool stays = root == Root::data || root == Root::args || root == Root::event || root == Root::path ||
                     root == Root::query || root == Root::header || root == Root::settings;
  if (!stays || root != b.root || a.segments != b.segments || (a.key == nullptr) != (b.key == nullptr)) return false;
  return a.key == nullptr || find_the_same(*a.key, *b.key);
}

/// Do both name the same topic at any moment of one turn?
bool name_the_same(const TopicText& a, const TopicText& b) {
  const auto same_part = [](const Text::Part& one, const Text::Part& other) {
    if (one.literal != other.literal || one.has_path != other.has_path) return false;
    return !one.has_path || find_the_same(one.path, other.path);
  };
  return a.family == b.family &&
         std::equal(a.name.parts.begin(), a.name.parts.end(), b.name.parts.begin(), b.name.parts.end(), same_part);
}

/// Who is needed is often who is sent to: that topic is named once a turn.
void settle_needs(Rule& rule) {
  for (SendStep& send : rule.sends) {
    for (TopicText& to : send.to) {
      for (std::size_t i = 0; i < rule.needs.size(); ++i) {
        if (name_the_same(rule.needs[i].topic, to)) to.need = static_cast<std::uint16_t>(i + 1);
      }
    }
  }
}

/// A family may be held further down in the file than it is sent to.
void settle_kinds(Profile& profile) {
  const auto settle = [&](TopicText& topic) {
    const auto held = profile.families.find(topic.family);
    if (held != profile.families.end()) topic.kind = held->second;
  };
  each_rule(profile, [&](Rule& rule) {
    if (rule.recall) settle(rule.recall->topic);
    for (auto* conditions : {&rule.inside, &rule.needs}) {
      for (Condition& condition : *conditions) settle(condition.topic);
    }
    if (rule.claim) settle(rule.claim->topic);
    for (auto* topics : {&rule.join, &rule.leave}) std::for_each(topics->begin(), topics->end(), settle);
    for (SendStep& send : rule.sends) std::for_each(send.to.begin(), send.to.end(), settle);
    settle_needs(rule);
    for (OthersStep& others : rule.others) {
      for (auto* topics : {&others.of, &others.leave, &others.join}) {
        std::for_each(topics->begin(), topics->end(), settle);
      }
    }
  });
}

}  // namespace

std::shared_ptr<Profile> read(const yaml::Node& root, const std::string& file, const Caps& caps,
                              Diagnostics& diagnostics) {
  Diagnostics found;
  auto profile = std::make_shared<Profile>();
  profile->file = file;
  profile->families = {{"session", TopicKind::session}, {"user", TopicKind::joined}, {"role", TopicKind::joined}};
  ReadContext context{*profile, found, {}};
  const std::vector<std::string> known = {"profile",  "about",  "dialect",   "engine",    "schema",  "plugins",
                                          "settings", "limits", "endpoints", "events",    "opened",  "closed",
                                          "started",  "timers", "presence",  "otherwise", "failures"};
  if (!expect_map(context, root, "a profile", known, {"every"})) {
    add_once(found, diagnostics);
    return nullptr;
  }
  RoleFinder(*profile).find(root);
  read_head(context, root);
  read_limits(context, root.find("limits"), caps);
  if (const yaml::Node* endpoints = expect_key(context, root, "endpoints", profile->places.profile, "a profile")) {
    read_endpoints(context, *endpoints);
  }
  if (const yaml::Node* events = root.find("events")) read_events(context, *events);
  for (const yaml::Node::Entry& entry : root.entries()) {
    if (entry.key == "opened") profile->opened = read_rules(context, entry.value, RuleKind::opened, entry.key_place);
    if (entry.key == "started") profile->started = read_rules(context, entry.value, RuleKind::started, entry.key_place);
    if (entry.key == "timers") read_timers(context, entry.value);
    if (entry.key == "every") refuse_every(context, entry.key_place);
    if (entry.key == "presence") read_presence(context, entry.value);
    if (entry.key == "closed") profile->closed = read_rules(context, entry.value, RuleKind::closed, entry.key_place);
  }
  if (const yaml::Node* otherwise = root.find("otherwise")) profile->otherwise = read_otherwise(context, *otherwise);
  if (const yaml::Node* failures = root.find("failures")) profile->failures = read_failures(context, *failures);
  settle_kinds(*profile);
  add_once(found, diagnostics);
  return profile;
}

std::shared_ptr<Profile> read_file(const std::filesystem::path& path, const std::string& shown_as, const Caps& caps,
                                   Diagnostics& diagnostics) {
  const auto root = yaml::read_file(path, shown_as, diagnostics);
  if (!root) return nullptr;
  return read(*root, shown_as, caps, diagnostics);
}

}  // namespace polygate::profile

#include "gateway/app/profile_file.h"

#include <algorithm>
#include <system_error>

#include "gateway/app/offered_plugins.h"
#include "gateway/base/json_pointer.h"
#include "gateway/profile/check.h"
#include "gateway/profile/read.h"

namespace polygate::app {
namespace {

/// What a profile asks of its deployment, as if all of it were there.
class Wishes {
 public:
  /// With its plugins, or without.
  Wishes(profile::Surroundings& around, bool plugins) : around_(around), plugins_(plugins) {}

  void collect(const profile::Profile& profile) {
    if (plugins_) around_.plugins = profile.plugins;
    collect(profile.failures);
    for (const profile::Endpoint& endpoint : profile.endpoints) {
      if (!endpoint.listener.empty()) around_.listeners.push_back(endpoint.listener);
      collect(endpoint.authenticate);
    }
    each_rule(profile, [&](const profile::Rule& rule) { collect(rule); });
  }

 private:
  void collect(const profile::Rule& rule) {
    collect(rule.authenticate);
    if (rule.handler && plugins_) around_.handlers.push_back(rule.handler->name);
    if (rule.look && plugins_) around_.looks.push_back(rule.look->name);
    collect(rule.failures);
  }
  void collect(const std::optional<profile::AuthenticateStep>& step) {
    if (!step) return;
    for (const profile::Judge& judge : step->judges) around_.verifiers.push_back(judge.verifier);
    if (step->handler && plugins_) around_.looks.push_back(step->handler->name);
  }
  /// Any of its plugins may declare a name that is nobody else's.
  void collect(const profile::Failures& failures) {
    if (!plugins_ || around_.plugins.empty()) return;
    for (const auto& [name, words] : failures) {
      if (!profile::reason_of(name)) around_.failures[around_.plugins.front()].push_back(name);
    }
  }

  profile::Surroundings& around_;
  const bool plugins_;
};

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::filesystem::path nearest_schemas(const std::filesystem::path& profile) {
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::absolute(profile, ignored).parent_path();
  for (std::filesystem::path at = folder;; at = at.parent_path()) {
    const std::filesystem::path schemas = at / "schemas";
    if (std::filesystem::is_directory(schemas, ignored)) {
      const std::filesystem::path nearer = std::filesystem::proximate(schemas, ignored);
      return nearer.empty() || *nearer.begin() == ".." ? schemas : nearer;
    }
    if (at == at.parent_path()) return folder / "schemas";
  }
}

}  // namespace

ProfileFile find_profile(const std::string& name, const std::optional<std::string>& schemas) {
  ProfileFile found;
  found.path = name;
  if (!is_file(found.path)) {
    const std::filesystem::path shipped = std::filesystem::path("profiles") / (name + ".yaml");
    if (is_file(shipped)) found.path = shipped;
  }
  found.schemas = schemas ? std::filesystem::path(*schemas) : nearest_schemas(found.path);
  return found;
}

std::shared_ptr<profile::Profile> read_profile(const ProfileFile& file, schema::Library& library,
                                               Diagnostics& diagnostics, Loader* plugins) {
  const std::size_t before = diagnostics.size();
  auto profile = profile::read_file(file.path, file.path.string(), profile::Caps{}, diagnostics);
  if (!profile) return nullptr;
  profile::Surroundings around;
  around.schemas = &library;
  around.schema_folder = file.schemas.string();
  Wishes(around, plugins == nullptr).collect(*profile);
  if (plugins != nullptr) offer_plugins(*plugins, {profile->plugins.begin(), profile->plugins.end()}, around);
  profile::check(*profile, around, diagnostics);
  return diagnostics.size() == before ? profile : nullptr;
}

Result<EventDefinition> find_definition(const profile::Profile& profile, schema::Library& library,
                                        std::string_view event, std::string_view direction, Diagnostics& diagnostics) {
  if (!profile.dialect->traits().json) {
    return Failure{Reason::unknown,
                   "profile " + profile.name + " speaks a dialect without JSON: its events have no schema"};
  }
  const std::vector<std::string> names = library.definitions(profile.schema_file, diagnostics);
  const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  EventDefinition found;
  const std::string own(event);
  const std::string outgoing = own + '.' + std::string(direction);
  // Of an event with several arguments the array of them is held against its definition.
  const std::vector<std::string> choice = direction == "in"
                                              ? std::vector<std::string>{own + ".args", own}
                                              : std::vector{outgoing, outgoing + ".args", own, own + ".args"};
  const auto first = std::find_if(choice.begin(), choice.end(), has);
  found.name = first == choice.end() ? own : *first;
  const bool is_known = direction == "in" ? profile.events.contains(event) : has(found.name);
  if (!is_known) {
    std::vector<std::string> known;
    for (const auto& [name, rules] : profile.events) known.push_back(name);
    if (direction != "in") known.insert(known.end(), names.begin(), names.end());
    const std::string hint = did_you_mean(event, known);
    const std::string what = direction == "in" ? "no incoming event `" : "no event `";
    return Failure{Reason::unknown,
                   "profile " + profile.name + " has " + what + shown(event) + "`" + (hint.empty() ? "" : ", " + hint)};
  }
  std::string pointer = "#/$defs";
  json::append_fragment_token(pointer, found.name);
  found.schema = library.compile(profile.schema_file, pointer, diagnostics);
  if (!found.schema) return Failure{Reason::invalid, "the definition of `" + found.name + "` cannot be used"};
  return found;
}

}  // namespace polygate::app

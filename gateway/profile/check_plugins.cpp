#include "gateway/profile/check_plugins.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/json.h"
#include "gateway/base/json_pointer.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/check_failures.h"
#include "gateway/schema/schema.h"

namespace polygate::profile {
namespace {

using SettingsSchemas = std::vector<std::shared_ptr<const schema::Schema>>;

/// Where the value that an error is about stands; of one that should not be there the key.
Place place_in(const yaml::Node& settings, const schema::Error& error) {
  const bool is_unknown =
      error.schema.ends_with("/additionalProperties") || error.schema.ends_with("/unevaluatedProperties");
  const yaml::Node* at = &settings;
  Place key;
  for (const std::string& token : json::pointer_tokens(error.instance)) {
    const auto& entries = at->entries();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.key == token; });
    const auto index = json::pointer_index(token);
    if (entry != entries.end()) {
      key = entry->key_place;
      at = &entry->value;
    } else if (at->is_list() && index && *index < at->items().size()) {
      at = &at->items()[*index];
    } else {
      break;  // a pointer is cut where it is too long
    }
  }
  return is_unknown && key.line != 0 ? key : at->place();
}

/// "settings.lists.0" for /lists/0.
std::string way_to(const std::string& pointer) {
  std::string way = "settings";
  for (const std::string& token : json::pointer_tokens(pointer)) way += '.' + shown(token);
  return way;
}

/// Null when there is none, or none that can be used.
std::shared_ptr<const schema::Schema> schema_of(CheckContext& context, const std::string& plugin, const Place& place) {
  const auto declared = context.surroundings.settings_schemas.find(plugin);
  if (declared == context.surroundings.settings_schemas.end() || context.surroundings.schemas == nullptr)
    return nullptr;
  Diagnostics found;
  auto schema =
      context.surroundings.schemas->compile_text(context.profile.name + "-settings-" + plugin, declared->second, found);
  for (const Diagnostic& problem : found.items()) {
    context.problem(place, "plugin `" + plugin + "` declares settings by what is no schema: " + problem.message,
                    problem.hint);
  }
  return schema;
}

/// `settings` as one plugin wants them.
void check_settings_of(CheckContext& context, const std::string& plugin, const Place& place,
                       const schema::Schema& schema) {
  json::Document document;
  const std::string text = context.profile.settings.dump();
  if (!document.parse(text)) return;  // what YAML reads is JSON
  const yaml::Node& settings = context.profile.places.settings;
  for (const schema::Error& error : schema.errors(document.root())) {
    context.problem(settings.is_map() ? place_in(settings, error) : place,
                    way_to(error.instance) + ", for plugin `" + plugin + "`: " + error.message);
  }
}

/// A key of `settings` that nobody reads is misspelt, or left from another time. Told where every plugin says what it
/// reads.
void check_unread(CheckContext& context, const SettingsSchemas& schemas) {
  for (const yaml::Node::Entry& entry : context.profile.places.settings.entries()) {
    if (context.profile.settings_read.contains("") || context.profile.settings_read.contains(entry.key)) continue;
    std::vector<std::string> declared;
    bool is_read = false;
    for (const auto& schema : schemas) {
      const schema::Schema::Names names = schema->look_up({entry.key});
      is_read = is_read || names.known;
      declared.insert(declared.end(), names.declared.begin(), names.declared.end());
    }
    if (is_read) continue;
    context.problem(entry.key_place, "no plugin of this profile and no `$settings` reads `" + shown(entry.key) + "`",
                    did_you_mean(entry.key, declared));
  }
}

/// Says so when it is not loaded.
void check_loaded(CheckContext& context, const std::string& plugin, const Place& place) {
  const std::vector<std::string>& loaded = context.surroundings.plugins;
  if (std::find(loaded.begin(), loaded.end(), plugin) != loaded.end()) return;
  const auto& broken = context.surroundings.broken_plugins;
  const auto why = broken.find(plugin);
  context.problem(place, why == broken.end() ? "plugin `" + plugin + "` is not loaded" : why->second,
                  did_you_mean(plugin, loaded));
}

}  // namespace

void check_plugins(CheckContext& context) {
  const std::vector<std::string>& plugins = context.profile.plugins;
  const yaml::Node& settings = context.profile.places.settings;
  const bool is_mapping = settings.is_map() || settings.place().line == 0;
  SettingsSchemas schemas;
  for (std::size_t i = 0; i < plugins.size(); ++i) {
    const Place& place = context.profile.places.plugins[i];
    check_loaded(context, plugins[i], place);
    check_declared_failures(context, plugins[i], place);
    auto schema = schema_of(context, plugins[i], place);
    if (schema == nullptr || !is_mapping) continue;  // read() has told of what is no mapping
    check_settings_of(context, plugins[i], place, *schema);
    schemas.push_back(std::move(schema));
  }
  if (!plugins.empty() && schemas.size() == plugins.size()) check_unread(context, schemas);
}

}  // namespace polygate::profile

#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "gateway/plugin/loader.h"
#include "gateway/plugin/plugin.h"
#include "gateway/schema/library.h"
#include "gateway/store/migrations.h"

extern "C" {
extern const polygate::PluginEntry polygate_plugin_sensor_telemetry;
extern const polygate::PluginEntry polygate_plugin_monitor_relay;
extern const polygate::PluginEntry polygate_plugin_printer_fleet;
extern const polygate::PluginEntry polygate_plugin_example_greeter;
}

namespace polygate {

/// A handler of a plugin that is linked into this program, made from `settings`; throws what its constructor throws.
inline HandlerFunction make_handler(const PluginEntry& entry, std::string_view name, const Settings& settings) {
  Loader loader("");
  if (auto registered = loader.register_static(entry); !registered)
    throw std::logic_error(registered.failure().message);
  return (*loader.load(entry.name))->find(name)->make(settings);
}

/// All handlers of such a plugin, by name; those of one state share it.
inline std::map<std::string, HandlerFunction> make_handlers(const PluginEntry& entry, const Settings& settings) {
  PluginRegistry registry;
  entry.install(registry);
  std::map<std::shared_ptr<const StateFactory>, std::shared_ptr<void>> states;
  std::map<std::string, HandlerFunction> made;
  for (const HandlerFactory& factory : registry.handlers()) {
    if (!factory.method) {
      made[factory.name] = factory.make(settings);
      continue;
    }
    std::shared_ptr<void>& state = states[factory.method->state];
    if (state == nullptr) state = factory.method->state->make(settings);
    made[factory.name] = factory.method->bind(state);
  }
  return made;
}

/// What is wrong with these settings for such a plugin, by the schema that it declares, one line each.
inline std::string settings_complaints(const PluginEntry& entry, const Json& values) {
  PluginRegistry registry;
  entry.install(registry);
  Diagnostics problems;
  const auto schema = schema::Library(".").compile_text(entry.name, registry.settings_schema(), problems);
  if (schema == nullptr) return problems.text();
  json::Document document;
  const std::string text = values.dump();
  if (!document.parse(text)) return "no JSON";
  std::string said;
  for (const schema::Error& error : schema->errors(document.root()))
    said += error.instance + ": " + error.message + "\n";
  return said;
}

/// Makes the tables of a plugin that is linked into this program.
inline void migrate_for(const PluginEntry& entry, Store& store) {
  PluginRegistry registry;
  entry.install(registry);
  if (auto done = migrate(store, entry.name, registry.migrations()); !done)
    throw std::logic_error(done.failure().details);
}

/// What the handler says at last, as a gateway would hear it: its write is done first, if it asks for one.
inline Outcome settled(Store& store, const Outcome& outcome) {
  if (!outcome.writes()) return outcome;
  std::optional<Outcome> said;
  const Result<void> done = store.write(outcome.key(), [&](Transaction& db) -> Result<void> {
    said = outcome.closure()(db);
    return said->accepted() ? Result<void>() : Failure{said->reason(), said->message()};
  });
  if (!done && said->accepted()) return Outcome::fail(done.failure(), done.failure().message);
  return *said;
}

/// What the handler's constructor says to these settings; empty when it accepts them.
inline std::string complaint(const PluginEntry& entry, std::string_view name, const Settings& settings) {
  try {
    make_handler(entry, name, settings);
    return {};
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
}

}  // namespace polygate

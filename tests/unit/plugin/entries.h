#pragma once
#include "gateway/plugin/loader.h"
#include "gateway/plugin/plugin.h"

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

#include "gateway/app/offered_plugins.h"

namespace polygate::app {

void offer_plugins(Loader& loader, const std::set<std::string>& names, profile::Surroundings& around) {
  for (const std::string& name : names) {
    const auto plugin = loader.load(name);
    if (!plugin) {
      around.broken_plugins.emplace(name, plugin.failure().message);
      continue;
    }
    around.plugins.push_back(name);
    for (const HandlerFactory& handler : (*plugin)->handlers) {
      (handler.is_look ? around.looks : around.handlers).push_back(name + "." + handler.name);
    }
    for (const DeclaredFailure& failure : (*plugin)->failures) around.failures[name].push_back(failure.name);
    if (const std::string& schema = (*plugin)->settings_schema; !schema.empty()) {
      around.settings_schemas.emplace(name, schema);
    }
  }
}

}  // namespace polygate::app

#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/app/config.h"

namespace polygate::app {

/// Where a command finds its configuration. `environment` is the process's own, as main() got it.
struct ConfigSource {
  std::optional<std::string> file;    ///< --config
  std::vector<std::string> settings;  ///< --set key=value, each over the ones before
  const char* const* environment = nullptr;
};

/// The variable's value in the source's environment.
std::optional<std::string> variable(const ConfigSource& source, std::string_view name);

/// --config, else $POLYGATE_CONFIG, else /etc/polygate/gateway.yaml.
std::filesystem::path config_file(const ConfigSource& source);

/// defaults < file < environment < --set. Variables that a verifier's key names are secrets, not settings. Every
/// problem is in `diagnostics`; nothing when there was one.
std::optional<Config> load_config(const ConfigSource& source, Diagnostics& diagnostics);

}  // namespace polygate::app

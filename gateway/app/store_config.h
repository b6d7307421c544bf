#pragma once
#include <filesystem>
#include <optional>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"

namespace polygate::app {

/// `store` of gateway.yaml: where handlers keep their rows.
struct StoreConfig {
  std::filesystem::path folder;  ///< that has a SQLite file for each profile, of its name
  Place place;
};

/// Reads it; relative paths start from `base`. What is wrong, and the one file for all that it once was, is a problem.
std::optional<StoreConfig> read_store(const yaml::Node& node, const std::filesystem::path& base,
                                      Diagnostics& diagnostics);

}  // namespace polygate::app

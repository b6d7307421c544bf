#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"

namespace polygate::app {

/// `store` of gateway.yaml: where handlers keep their rows.
struct StoreConfig {
  std::filesystem::path folder;  ///< that has a SQLite file for each profile, of its name
  std::string server;            ///< the URI of a PostgreSQL server with a schema for each profile; empty: `folder`
  Place place;
};

/// Reads it; relative paths start from `base`. What is wrong, and the one file for all that it once was, is a problem.
/// No server is asked.
std::optional<StoreConfig> read_store(const yaml::Node& node, const std::filesystem::path& base,
                                      Diagnostics& diagnostics);

}  // namespace polygate::app

#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace polygate::app {

/// The keys of one kind of mapping in gateway.yaml: what the reader accepts, and what schemas/gateway.schema.json and
/// docs/configuration.md must name.
struct ConfigKeys {
  std::string_view mapping;
  std::vector<std::string> keys;
};

/// All kinds of mappings; the first is the file's top level.
const std::vector<ConfigKeys>& config_keys();

/// The keys of `mapping`, which is one of config_keys().
const std::vector<std::string>& keys_of(std::string_view mapping);

}  // namespace polygate::app

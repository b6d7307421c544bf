#include "gateway/app/config_source.h"

namespace polygate::app {
namespace {

constexpr const char* kUsualFile = "/etc/polygate/gateway.yaml";

/// Collects the value of every `env` below `node`.
void collect_secrets(const yaml::Node& node, std::vector<std::string>& names) {
  for (const yaml::Node& item : node.items()) collect_secrets(item, names);
  for (const yaml::Node::Entry& entry : node.entries()) {
    if (entry.key == "env" && entry.value.is_scalar()) names.push_back(entry.value.text());
    collect_secrets(entry.value, names);
  }
}

std::vector<std::string> secrets_of(const std::filesystem::path& file) {
  Diagnostics told_later;  // by read_config()
  std::vector<std::string> names;
  const auto root = yaml::read_file(file, file.string(), told_later);
  const yaml::Node* verifiers = root ? root->find("verifiers") : nullptr;
  if (verifiers) collect_secrets(*verifiers, names);
  return names;
}

}  // namespace

std::optional<std::string> variable(const ConfigSource& source, std::string_view name) {
  for (const char* const* entry = source.environment; entry && *entry; ++entry) {
    const std::string_view text(*entry);
    if (text.starts_with(name) && text.size() > name.size() && text[name.size()] == '=') {
      return std::string(text.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

std::filesystem::path config_file(const ConfigSource& source) {
  if (source.file) return *source.file;
  if (const auto named = variable(source, "POLYGATE_CONFIG"); named && !named->empty()) return *named;
  return kUsualFile;
}

std::optional<Config> load_config(const ConfigSource& source, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  const std::filesystem::path file = config_file(source);
  std::vector<Override> flags;
  std::vector<std::string> secrets = secrets_of(file);
  for (const std::string& setting : source.settings) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string origin = "flag --set " + key;
    if (equals == std::string::npos) {
      diagnostics.add({origin, 0, 0, 0}, "this is no setting: expected key=value, such as listeners.main.port=8080");
      continue;
    }
    flags.push_back({key, setting.substr(equals + 1), origin});
    if (key.ends_with(".env")) secrets.push_back(flags.back().value);
  }
  std::vector<Override> overrides;
  if (source.environment) overrides = overrides_from_environment(source.environment, secrets);
  overrides.insert(overrides.end(), flags.begin(), flags.end());
  auto config = read_config(file, overrides, diagnostics);
  if (diagnostics.size() != before) return std::nullopt;
  return config;
}

}  // namespace polygate::app

#include "gateway/app/secrets.h"

#include <optional>
#include <string>
#include <utility>

#include "gateway/auth/key_source.h"
#include "gateway/base/yaml.h"

namespace polygate::app {
namespace {

/// `mail.password` below `settings`; null where it is not.
const yaml::Node* at(const yaml::Node& settings, const std::string& where) {
  const yaml::Node* node = &settings;
  for (std::size_t begin = 0; node != nullptr;) {
    const std::size_t dot = where.find('.', begin);
    node = node->is_map() ? node->find(where.substr(begin, dot - begin)) : nullptr;
    if (dot == std::string::npos) break;
    begin = dot + 1;
  }
  return node;
}

std::optional<auth::KeySource> source_at(const yaml::Node& node, const std::filesystem::path& folder) {
  if (!node.is_map() || node.entries().size() != 1) return std::nullopt;
  const yaml::Node::Entry& only = node.entries().front();
  if (!only.value.is_string() || only.value.text().empty()) return std::nullopt;
  auth::KeySource source;
  if (only.key == "env") source.env = only.value.text();
  if (only.key == "file") source.file = (folder / only.value.text()).lexically_normal().string();
  return source.env || source.file ? std::optional(std::move(source)) : std::nullopt;
}

}  // namespace

Secrets read_secrets(const profile::Profile& profile, const Plugin& plugin, const std::filesystem::path& folder,
                     Diagnostics& diagnostics) {
  Secrets secrets;
  for (const std::string& where : plugin.secrets) {
    const yaml::Node* node = at(profile.places.settings, where);
    if (node == nullptr) continue;
    const Place& place = node->place();
    const std::string named = "settings." + where + ", a secret for plugin `" + plugin.name + "`, ";
    const auto source = source_at(*node, folder);
    if (!source) {
      diagnostics.add({place.file, 0, 0, 0}, named + "is not there on line " + std::to_string(place.line) +
                                                 ": what stands there is where it is, {env: NAME} or {file: PATH}");
      continue;
    }
    auto secret = auth::read_key_text(*source);
    if (secret) {
      secrets.emplace(where, std::move(*secret));
    } else {
      diagnostics.add(place, named + "cannot be read: " + secret.failure().message);
    }
  }
  return secrets;
}

}  // namespace polygate::app

#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/app/store_config.h"
#include "gateway/auth/jwt.h"
#include "gateway/auth/token_file.h"
#include "gateway/base/diagnostics.h"
#include "gateway/base/log.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/limits.h"
#include "gateway/server/settings.h"

namespace polygate::app {

struct ListenerConfig {
  std::string name;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0 = any free one
  std::string certificate;    ///< PEM files; empty = no TLS
  std::string key;
  Place place;
};

struct JwtConfig {
  std::string name;
  auth::JwtSettings settings;
  Place place;
};

struct TokensConfig {
  std::string name;
  std::filesystem::path file;
  Place place;
};

/// What one deployment runs: gateway.yaml with the environment and the flags on top of it. docs/configuration.md lists
/// every key; schemas/gateway.schema.json gives it to editors.
struct Config {
  std::filesystem::path folder;  ///< that relative paths start from
  std::vector<ListenerConfig> listeners;
  std::optional<ListenerConfig> admin;  ///< none = off
  unsigned workers = 0;                 ///< 0 = one per core: ask worker_count()
  std::vector<std::pair<std::string, Place>> profiles;
  std::filesystem::path schemas;
  std::filesystem::path plugin_folder;
  std::optional<StoreConfig> store;
  std::filesystem::path files;  ///< where each profile with plugins has a folder; empty = nowhere
  std::vector<JwtConfig> jwt;
  std::vector<TokensConfig> tokens;
  profile::SharedLimits limits;
  profile::Caps caps;  ///< the most that profiles may ask for in theirs
  net::TcpKeepalive tcp_keepalive;
  Millis drain_window{5'000};
  Millis drain_cap{10'000};
  Log::Format log_format = Log::Format::text;
  Level log_level = Level::info;
  yaml::Node tree;  ///< all of it, each value with the place that it came from

  unsigned worker_count() const;
};

/// One setting from outside the file: `key` is dotted ("listeners.main.port"), `origin` says where it came from.
struct Override {
  std::string key;
  std::string value;
  std::string origin;
};

/// POLYGATE_A__B=x as Override{"a.b", "x", "environment POLYGATE_A__B"}. POLYGATE_CONFIG and the names in `secrets` are
/// not settings.
std::vector<Override> overrides_from_environment(const char* const* environment,
                                                 const std::vector<std::string>& secrets);

/// defaults < file < `overrides` in their order. Every problem is collected; nothing when there was one.
std::optional<Config> read_config(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                  Diagnostics& diagnostics);

/// Reads a file of opaque tokens: a list of {token, user, claims, expires}.
std::vector<auth::TokenEntry> read_token_file(const std::filesystem::path& file, Diagnostics& diagnostics);

/// `key = value` for every setting, with where it came from.
std::string describe(const Config& config, bool as_json);

}  // namespace polygate::app

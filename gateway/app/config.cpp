#include "gateway/app/config.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <thread>

#include "gateway/app/config_keys.h"
#include "gateway/app/config_reader.h"
#include "gateway/base/units.h"

namespace polygate::app {
namespace {

constexpr unsigned kMaxWorkers = 256;

/// Everything that has a default, so that `polygate config` can show it with its origin; all but the limits.
constexpr char kDefaults[] = R"(
admin:
  address: 127.0.0.1
  port: 9090
workers: 0
schemas: schemas
plugins: plugins
tcp_keepalive:
  idle: 30s
  interval: 5s
  count: 3
drain:
  window: 5s
  cap: 10s
log:
  format: text
  level: info
)";

std::string default_limits() {
  std::string yaml = "limits:\n";
  for (const profile::Limit& limit : profile::all_limits()) {
    yaml += "  " + std::string(limit.name) + ": " + limit.text(limit.usual(profile::LimitsOf::deployment)) + '\n';
  }
  return yaml;
}

/// Where a setting came from: "default", "environment X", "flag --set X" or "file:line".
std::string origin_of(const Place& at) {
  const bool is_no_file = at.file == "default" || at.file.starts_with("environment ") || at.file.starts_with("flag ");
  return is_no_file ? at.file : at.file + ':' + std::to_string(at.line);
}

/// Under a configuration that names no listener: a default that named ones would be added to is no default.
constexpr char kDefaultListener[] = R"(
listeners:
  main:
    address: 127.0.0.1
    port: 8080
)";

std::string as_key(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// `a.b: value` as a tree of its own, whose places name `origin`.
std::optional<yaml::Node> as_tree(const Override& setting, Diagnostics& diagnostics) {
  std::string text;
  std::size_t depth = 0;
  std::size_t at = 0;
  for (;;) {
    const std::size_t dot = setting.key.find('.', at);
    text += std::string(depth * 2, ' ') + as_key(setting.key.substr(at, dot - at)) + ':';
    if (dot == std::string::npos) break;
    text += '\n';
    at = dot + 1;
    ++depth;
  }
  return yaml::read(text + ' ' + setting.value + '\n', setting.origin, diagnostics);
}

class Builder {
 public:
  Builder(Config& config, std::string file, Diagnostics& diagnostics)
      : config_(config), file_(std::move(file)), diagnostics_(diagnostics) {}

  void build() {
    ConfigReader top(&config_.tree, "the configuration", keys_of("configuration"), diagnostics_);
    top.each("listeners", [&](const yaml::Node::Entry& entry) {
      config_.listeners.push_back(listener(entry, "listener `" + entry.key + "`", 8080));
    });
    for (const ListenerConfig& listener : config_.listeners) {
      if (listener.name == "admin")
        diagnostics_.add(listener.place, "the listener `admin` has a key of its own: `admin`");
    }
    if (const yaml::Node* none = top.find("listeners"); none && none->is_map() && config_.listeners.empty()) {
      diagnostics_.add(none->place(), "`listeners` names no listener");
    }
    admin(top);
    std::size_t workers = 0;
    if (const yaml::Node* node = top.find("workers"); !node || node->text() != "auto")
      top.count("workers", workers, 0, kMaxWorkers);
    config_.workers = static_cast<unsigned>(workers);
    profiles(top);
    config_.schemas = folder(top, "schemas");
    config_.plugin_folder = folder(top, "plugins");
    if (const yaml::Node* store = top.find("store")) config_.store = read_store(*store, config_.folder, diagnostics_);
    if (top.has("files")) config_.files = folder(top, "files");
    top.each("verifiers", [&](const yaml::Node::Entry& entry) { verifier(entry); });
    limits(top);
    tcp_keepalive(top);
    ConfigReader drain(top.find("drain"), "drain", keys_of("drain"), diagnostics_);
    drain.duration("window", config_.drain_window);
    drain.duration("cap", config_.drain_cap);
    if (config_.drain_cap < config_.drain_window) {
      diagnostics_.add(drain.find("cap")->place(),
                       "`cap` of drain is shorter than its `window`: sessions would be cut " +
                           std::string("before it is their turn to close"));
    }
    ConfigReader log(top.find("log"), "log", keys_of("log"), diagnostics_);
    if (const auto format = log.choice("format", {"text", "json"})) {
      config_.log_format = *format == 0 ? Log::Format::text : Log::Format::json;
    }
    if (const auto level = log.choice("level", {"debug", "info", "warn", "error"})) {
      config_.log_level = static_cast<Level>(*level);
    }
  }

 private:
  ListenerConfig listener(const yaml::Node::Entry& entry, const std::string& what, std::uint16_t usual_port) {
    ListenerConfig made;
    made.name = entry.key;
    made.place = entry.key_place;
    ConfigReader reader(&entry.value, what, keys_of("listener"), diagnostics_);
    reader.text("address", made.address);
    std::size_t port = usual_port;
    reader.count("port", port, 0, 65'535);
    made.port = static_cast<std::uint16_t>(port);
    if (reader.has("tls")) {
      ConfigReader tls(reader.find("tls"), "tls of " + what, keys_of("tls"), diagnostics_);
      made.certificate = file(tls, "certificate");
      made.key = file(tls, "key");
      if (made.certificate.empty() || made.key.empty()) {
        diagnostics_.add(reader.find("tls")->place(), "tls needs `certificate` and `key`, two PEM files");
      }
    }
    return made;
  }

  void admin(const ConfigReader& top) {
    const yaml::Node* node = top.find("admin");
    if (!node || (node->is_string() && node->text() == "off")) return;
    config_.admin = listener({"admin", node->place(), *node}, "admin", 9090);
  }

  void profiles(ConfigReader& top) {
    const yaml::Node* node = top.find("profiles");
    if (!node || (node->is_list() && node->items().empty())) {
      diagnostics_.add({file_, 0, 0, 0}, "no profile is listed: `profiles` is a list of files");
      return;
    }
    if (!node->is_list()) return top.mismatch("profiles", *node, "a list of files");
    for (const yaml::Node& item : node->items()) {
      if (!item.is_scalar() || item.text().empty()) {
        top.mismatch("profiles", item, "a list of files");
      } else {
        config_.profiles.emplace_back((config_.folder / item.text()).lexically_normal().string(), item.place());
      }
    }
  }

  std::filesystem::path folder(ConfigReader& top, std::string_view key) {
    std::string text;
    top.text(key, text);
    return (config_.folder / text).lexically_normal();
  }

  std::string file(ConfigReader& reader, std::string_view key) {
    std::string text;
    reader.text(key, text);
    return text.empty() ? text : (config_.folder / text).lexically_normal().string();
  }

  void verifier(const yaml::Node::Entry& entry) {
    ConfigReader kind(&entry.value, "verifier `" + entry.key + "`", keys_of("verifier"), diagnostics_);
    if (kind.has("jwt") == kind.has("tokens")) {
      diagnostics_.add(entry.key_place, "verifier `" + entry.key + "` is either `jwt` or `tokens`");
      return;
    }
    if (kind.has("tokens")) {
      ConfigReader tokens(kind.find("tokens"), "tokens of verifier `" + entry.key + "`", keys_of("tokens"),
                          diagnostics_);
      const std::string path = file(tokens, "file");
      if (path.empty()) {
        diagnostics_.add(entry.key_place, "tokens need a `file`");
      } else {
        config_.tokens.push_back({entry.key, path, entry.key_place});
      }
      return;
    }
    config_.jwt.push_back({entry.key, jwt(*kind.find("jwt"), entry.key), kind.find("jwt")->place()});
  }

  auth::JwtSettings jwt(const yaml::Node& node, const std::string& name) {
    auth::JwtSettings made;
    ConfigReader reader(&node, "jwt of verifier `" + name + "`", keys_of("jwt"), diagnostics_);
    reader.text("algorithm", made.algorithm);
    if (const yaml::Node* key = reader.find("key")) made.keys.push_back(key_source(*key));
    if (const yaml::Node* keys = reader.find("keys")) {
      if (!keys->is_list()) reader.mismatch("keys", *keys, "a list of keys");
      for (const yaml::Node& key : keys->items()) made.keys.push_back(key_source(key));
    }
    if (made.keys.empty()) diagnostics_.add(node.place(), "verifier `" + name + "` has no `key`");
    reader.flag("allow_weak_secret", made.allow_weak_secret);
    std::string text;
    if (reader.has("issuer")) reader.text("issuer", made.issuer.emplace());
    reader.words("audience", made.audience);
    reader.flag("refuse_unexpected_audience", made.refuse_unexpected_audience);
    if (reader.has("type")) reader.text("type", made.type.emplace());
    if (reader.has("required")) reader.words("required", made.required.emplace());
    made.leeway = seconds(reader, "leeway", 0);
    if (reader.has("max_age")) made.max_age = seconds(reader, "max_age", 0);
    reader.text("user", made.user_claim);
    reader.text("expires", made.expires_claim);
    reader.each("claims", [&](const yaml::Node::Entry& entry) { made.claims[entry.key] = entry.value.text(); });
    return made;
  }

  static double seconds(ConfigReader& reader, std::string_view key, double usual) {
    Millis length{static_cast<std::int64_t>(usual * 1000)};
    reader.duration(key, length);
    return static_cast<double>(length.count()) / 1000;
  }

  auth::KeySource key_source(const yaml::Node& node) {
    auth::KeySource made;
    ConfigReader reader(&node, "a key", keys_of("key"), diagnostics_);
    if (reader.has("env")) reader.text("env", made.env.emplace());
    if (reader.has("file")) made.file = file(reader, "file");
    if (reader.has("jwks")) made.jwks = file(reader, "jwks");
    reader.text("id", made.id);
    if (const yaml::Node* stamp = reader.find("stamp")) made.stamp = stamp->to_json();
    return made;
  }

  void limits(const ConfigReader& top) {
    ConfigReader reader(top.find("limits"), "limits", keys_of("limits"), diagnostics_);
    for (const profile::Limit& limit : profile::all_limits()) {
      const yaml::Node* node = reader.find(limit.name);
      const auto found = node ? profile::read_limit(*node, limit, diagnostics_) : std::nullopt;
      if (!found) continue;
      if (limit.stands_in(profile::LimitsOf::profile)) {
        config_.caps.set(limit, *found, origin_of(node->place()));
      } else {
        set(config_.limits, limit, *found);
      }
    }
  }

  void tcp_keepalive(const ConfigReader& top) {
    net::TcpKeepalive& keepalive = config_.tcp_keepalive;
    const yaml::Node* node = top.find("tcp_keepalive");
    keepalive.on = node && !(node->is_string() && node->text() == "off");
    if (!keepalive.on) return;
    ConfigReader reader(node, "tcp_keepalive", keys_of("tcp_keepalive"), diagnostics_);
    seconds(reader, "idle", keepalive.idle);
    seconds(reader, "interval", keepalive.interval);
    std::size_t count = keepalive.count;
    reader.count("count", count, 1, 127);
    keepalive.count = static_cast<unsigned>(count);
  }

  /// As the kernel takes them.
  static void seconds(ConfigReader& reader, std::string_view key, Millis& into) {
    constexpr Millis kMost = std::chrono::hours(9);
    reader.duration(key, into, Millis(1));
    if (into % std::chrono::seconds(1) == Millis(0) && into <= kMost) return;
    reader.mismatch(key, *reader.find(key), "whole seconds, at most 9h");
  }

  Config& config_;
  const std::string file_;
  Diagnostics& diagnostics_;
};

void list_leaves(const yaml::Node& node, const std::string& key,
                 const std::function<void(const std::string&, const yaml::Node&)>& visit) {
  if (!node.is_map() || node.entries().empty()) {
    visit(key, node);
    return;
  }
  for (const yaml::Node::Entry& entry : node.entries()) {
    list_leaves(entry.value, key.empty() ? entry.key : key + '.' + entry.key, visit);
  }
}

}  // namespace

std::vector<Override> overrides_from_environment(const char* const* environment,
                                                 const std::vector<std::string>& secrets) {
  std::vector<Override> found;
  for (; *environment; ++environment) {
    const std::string_view entry(*environment);
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with("POLYGATE_") || equals == std::string_view::npos) continue;
    const std::string name(entry.substr(0, equals));
    if (name == "POLYGATE_CONFIG" || std::find(secrets.begin(), secrets.end(), name) != secrets.end()) continue;
    std::string key;
    for (std::size_t i = 9; i < name.size(); ++i) {
      if (name.compare(i, 2, "__") == 0) {
        key += '.';
        ++i;
      } else {
        key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
      }
    }
    found.push_back({std::move(key), std::string(entry.substr(equals + 1)), "environment " + name});
  }
  return found;
}

std::optional<Config> read_config(const std::filesystem::path& file, const std::vector<Override>& overrides,
                                  Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  Config config;
  config.folder = std::filesystem::absolute(file).parent_path();
  const auto defaults = yaml::read(kDefaults + default_limits(), "default", diagnostics);
  const auto root = yaml::read_file(file, file.string(), diagnostics);
  if (!defaults || !root) return std::nullopt;
  config.tree = defaults->merged(*root);
  for (const Override& setting : overrides) {
    if (const auto tree = as_tree(setting, diagnostics)) config.tree = config.tree.merged(*tree);
  }
  if (const yaml::Node* named = config.tree.find("listeners"); !named || named->is_null()) {
    if (const auto listener = yaml::read(kDefaultListener, "default", diagnostics)) {
      config.tree = config.tree.merged(*listener);
    }
  }
  Builder(config, file.string(), diagnostics).build();
  if (diagnostics.size() != before) return std::nullopt;
  return config;
}

std::vector<auth::TokenEntry> read_token_file(const std::filesystem::path& file, Diagnostics& diagnostics) {
  std::vector<auth::TokenEntry> entries;
  const auto root = yaml::read_file(file, file.string(), diagnostics);
  if (!root || root->is_null()) return entries;
  if (!root->is_list()) {
    diagnostics.add(root->place(),
                    "a token file is a list of {token, user, claims}, this is " + std::string(root->kind_name()));
    return entries;
  }
  for (const yaml::Node& item : root->items()) {
    ConfigReader reader(&item, "a token", {"token", "user", "claims", "expires"}, diagnostics);
    auth::TokenEntry entry;
    entry.place = item.place();
    reader.text("token", entry.token);
    reader.text("user", entry.user);
    if (const yaml::Node* claims = reader.find("claims")) {
      if (claims->is_map()) {
        entry.claims = claims->to_json();
      } else {
        reader.mismatch("claims", *claims, "a mapping");
      }
    }
    if (reader.has("expires")) reader.number("expires", entry.expires.emplace(), 0, 1e11);
    entries.push_back(std::move(entry));
  }
  return entries;
}

unsigned Config::worker_count() const {
  return workers == 0 ? std::clamp(std::thread::hardware_concurrency(), 1u, kMaxWorkers) : workers;
}

std::string describe(const Config& config, bool as_json) {
  Json list = Json::array();
  std::string text;
  list_leaves(config.tree, "", [&](const std::string& key, const yaml::Node& node) {
    const std::string origin = origin_of(node.place());
    if (as_json) {
      list.push_back({{"key", key}, {"value", node.to_json()}, {"origin", origin}});
    } else {
      text += key + " = " + node.to_json().dump() + "  # " + origin + '\n';
    }
  });
  return as_json ? list.dump(2) + '\n' : text;
}

}  // namespace polygate::app

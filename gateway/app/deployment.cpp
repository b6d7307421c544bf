#include "gateway/app/deployment.h"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "gateway/app/offered_plugins.h"
#include "gateway/app/private_folder.h"
#include "gateway/app/secrets.h"
#include "gateway/base/units.h"
#include "gateway/plugin/system_random.h"
#include "gateway/profile/check.h"
#include "gateway/profile/read.h"
#include "gateway/schema/library.h"

namespace polygate::app {
namespace {

const SystemRandom kRandom;

/// `path` as the user would write it: relative to where the command was called, when that is shorter.
std::string shown(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::path relative = std::filesystem::proximate(path, ignored);
  return relative.empty() || *relative.begin() == ".." ? path.string() : relative.string();
}

}  // namespace

Deployment::Deployment(Config config) : config_(std::move(config)) {}

Deployment::~Deployment() {
  stop_handlers();
}

std::unique_ptr<Deployment> Deployment::load(Config config, const Options& options, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  std::unique_ptr<Deployment> made(new Deployment(std::move(config)));
  made->services_.clock = options.clock;
  made->services_.log = options.log;
  made->load_verifiers(diagnostics);
  made->loader_ = std::make_unique<Loader>(made->config_.plugin_folder);
  for (const PluginEntry* entry : options.static_plugins) {
    if (auto known = made->loader_->register_static(*entry); !known) {
      diagnostics.add({"linked plugin", 0, 0, 0}, known.failure().message);
    }
  }
  made->handlers_ = std::make_unique<Handlers>(options.workers, HandlerLimits{}, *options.clock, options.report);
  const std::set<const profile::Profile*> wrong = made->load_profiles(diagnostics);
  // What cannot be started anyway changes nothing in a store.
  made->stores_ = std::make_unique<Stores>(made->config_.store, options.open_stores && diagnostics.size() == before);
  for (const profile::ProfilePtr& profile : made->services_.profiles) {
    if (!wrong.contains(profile.get())) made->load_handlers(*profile, options, diagnostics);
  }
  if (diagnostics.size() != before) return nullptr;
  made->exchange_ = std::make_unique<LocalExchange>(*options.clock, made->config_.limits.kept_bytes_together);
  made->services_.exchange = made->exchange_.get();
  made->services_.verifiers = &made->verifiers_;
  made->services_.handlers = made->handlers_.get();
  return made;
}

void Deployment::start_handlers() {
  handlers_->start();
  started_ = true;
}

void Deployment::stop_handlers() {
  if (std::exchange(started_, false)) handlers_->stop();
}

void Deployment::load_verifiers(Diagnostics& diagnostics) {
  for (const JwtConfig& jwt : config_.jwt) {
    auto verifier = auth::make_jwt_verifier(jwt.name, jwt.settings, jwt.place, diagnostics);
    if (verifier) verifiers_.add(jwt.name, std::move(verifier));
  }
  for (const TokensConfig& tokens : config_.tokens) {
    const std::size_t before = diagnostics.size();
    const auto entries = read_token_file(tokens.file, diagnostics);
    if (diagnostics.size() != before) continue;
    auto verifier = auth::make_token_verifier(tokens.name, entries, diagnostics);
    if (verifier) verifiers_.add(tokens.name, std::move(verifier));
  }
}

/// Gives those with which something is wrong: no handler is made from their settings.
std::set<const profile::Profile*> Deployment::load_profiles(Diagnostics& diagnostics) {
  schema::Library schemas(config_.schemas);
  std::vector<std::shared_ptr<profile::Profile>> read;
  std::set<std::string> wanted;
  std::set<const profile::Profile*> wrong;
  for (const auto& [path, place] : config_.profiles) {
    const std::size_t before = diagnostics.size();
    auto profile = profile::read_file(path, shown(path), config_.caps, diagnostics);
    if (!profile) continue;
    if (diagnostics.size() != before) wrong.insert(profile.get());
    wanted.insert(profile->plugins.begin(), profile->plugins.end());
    read.push_back(std::move(profile));
  }
  profile::Surroundings around;
  around.schemas = &schemas;
  around.schema_folder = shown(config_.schemas);
  // A verifier that could not be built has been told of; here it counts as there.
  for (const JwtConfig& jwt : config_.jwt) around.verifiers.push_back(jwt.name);
  for (const TokensConfig& tokens : config_.tokens) around.verifiers.push_back(tokens.name);
  for (const ListenerConfig& listener : config_.listeners) around.listeners.push_back(listener.name);
  offer_plugins(*loader_, wanted, around);
  for (const auto& profile : read) {
    const std::size_t before = diagnostics.size();
    profile::check(*profile, around, diagnostics);
    if (diagnostics.size() != before) wrong.insert(profile.get());
    services_.profiles.push_back(profile);
  }
  profile::check_together(services_.profiles, diagnostics);
  check_kept(diagnostics);
  return wrong;
}

/// What one profile keeps must not be able to leave another without room.
void Deployment::check_kept(Diagnostics& diagnostics) const {
  std::size_t left = config_.limits.kept_bytes_together;
  std::string shares;
  bool fits = true;
  for (const profile::ProfilePtr& profile : services_.profiles) {
    if (!profile->keeps) continue;
    const std::size_t share = profile->limits.kept_bytes;
    fits = fits && share <= left;
    left -= std::min(share, left);
    shares += (shares.empty() ? "" : ", ") + profile->name + " " + format_size(share);
  }
  if (fits) return;
  const yaml::Node* place = config_.tree.find("limits")->find("kept_bytes_together");
  if (place->place().file == "default") place = config_.tree.find("profiles");
  diagnostics.add(place->place(),
                  "the profiles may keep more (" + shares + ") than all of them together, " +
                      format_size(config_.limits.kept_bytes_together) + " (limits.kept_bytes_together)",
                  "lower `kept_bytes` in `limits`, here or in a profile, or raise `kept_bytes_together`");
}

Store* Deployment::add_store(const profile::Profile& profile, Diagnostics& diagnostics) {
  std::vector<const Plugin*> plugins;
  for (const std::string& name : profile.plugins) {
    if (auto plugin = loader_->load(name)) plugins.push_back(*plugin);  // check() has said so of the others
  }
  bool has_once = false;
  each_rule(profile, [&](const profile::Rule& rule) { has_once = has_once || rule.once; });
  return stores_->add(profile.name, plugins, diagnostics, has_once);
}

const Files* Deployment::add_files(const profile::Profile& profile, bool makes, Diagnostics& diagnostics) {
  if (config_.files.empty() || profile.plugins.empty()) return nullptr;
  const std::filesystem::path folder = config_.files / profile.name;
  const std::string wrong = private_folder(folder, makes);
  if (wrong.empty()) return &files_.emplace_back(folder);
  diagnostics.add(config_.tree.find("files")->place(), "the files of profile `" + profile.name + "`: " + wrong);
  return nullptr;
}

std::map<std::string, Secrets> Deployment::read_all_secrets(const profile::Profile& profile, Diagnostics& diagnostics) {
  std::map<std::string, Secrets> secrets;
  for (const std::string& name : profile.plugins) {
    if (auto plugin = loader_->load(name)) {
      secrets.emplace(name, read_secrets(profile, **plugin, config_.folder, diagnostics));
    }
  }
  return secrets;
}

/// Makes the handlers and looks that the profile's rules name.
void Deployment::load_handlers(const profile::Profile& profile, const Options& options, Diagnostics& diagnostics) {
  turns::Services::HandlerIds& ids = services_.handler_ids.emplace_back();
  Settings settings;
  settings.values = profile.settings;
  settings.clock = options.clock;
  settings.profile = profile.name;
  settings.random = &kRandom;
  const std::size_t before = diagnostics.size();
  Store* const store = add_store(profile, diagnostics);
  settings.files = add_files(profile, options.open_stores, diagnostics);
  std::map<std::string, Secrets> secrets = read_all_secrets(profile, diagnostics);
  if (diagnostics.size() != before) return;  // without them they would only say that they are missing
  handlers_->give(profile.name, {profile.limits.handler_threads, profile.limits.handler_queue});
  std::set<std::string> told;
  const auto make = [&](const std::optional<profile::HandlerStep>& step) {
    if (!step || ids.contains(step->name)) return;
    const std::string& name = step->name;
    const std::size_t dot = name.find('.');
    auto plugin = loader_->load(name.substr(0, dot));
    const HandlerFactory* factory =
        plugin && dot != std::string::npos ? (*plugin)->find(name.substr(dot + 1)) : nullptr;
    if (!factory) return;  // check() has said so
    settings.store = (*plugin)->migrations.empty() ? nullptr : store;
    settings.secrets = secrets[(*plugin)->name];
    auto id = handlers_->add(**plugin, *factory, settings);
    if (id) {
      ids.emplace(name, *id);
    } else if (told.insert(id.failure().message).second) {  // several handlers may want one state
      diagnostics.add(step->place, id.failure().message);
    }
  };
  each_rule(profile, [&](const profile::Rule& rule) {
    if (rule.authenticate) make(rule.authenticate->handler);
    make(rule.look);
    make(rule.handler);
  });
}

}  // namespace polygate::app

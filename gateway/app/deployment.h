#pragma once
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway/app/config.h"
#include "gateway/app/stores.h"
#include "gateway/auth/verifiers.h"
#include "gateway/base/diagnostics.h"
#include "gateway/plugin/handlers.h"
#include "gateway/plugin/loader.h"
#include "gateway/routing/local_exchange.h"
#include "gateway/turns/services.h"

namespace polygate::app {

/// What was read from a deployment's files, checked and ready to run: profiles with their schemas, verifiers, plugins,
/// the stores, the Exchange. Opens no socket and starts no thread before start_handlers(). `polygate check` stops after
/// load().
class Deployment {
 public:
  struct Options {
    unsigned workers = 1;
    const Clock* clock = nullptr;
    Log* log = nullptr;
    bool open_stores = true;                         ///< false: handlers meet some that are not open (`check`)
    std::vector<const PluginEntry*> static_plugins;  ///< linked into the program: for tests
    /// Called after every handler call, on its thread.
    Handlers::Report report;
  };

  /// Null when there was a problem; every one is in `diagnostics`.
  static std::unique_ptr<Deployment> load(Config config, const Options& options, Diagnostics& diagnostics);
  ~Deployment();

  /// Starts the threads of blocking and serial handlers. stop_handlers() finishes what waits and joins them.
  void start_handlers();
  void stop_handlers();

  const Stores& stores() const { return *stores_; }
  const Config& config() const { return config_; }
  /// What sessions share; `post` is for the caller to fill before the first session.
  turns::Services& services() { return services_; }
  LocalExchange& exchange() { return *exchange_; }
  const std::vector<profile::ProfilePtr>& profiles() const { return services_.profiles; }

 private:
  explicit Deployment(Config config);
  void load_verifiers(Diagnostics& diagnostics);
  std::set<const profile::Profile*> load_profiles(Diagnostics& diagnostics);
  void check_kept(Diagnostics& diagnostics) const;
  Store* add_store(const profile::Profile& profile, Diagnostics& diagnostics);
  const Files* add_files(const profile::Profile& profile, bool makes, Diagnostics& diagnostics);
  std::map<std::string, Secrets> read_all_secrets(const profile::Profile& profile, Diagnostics& diagnostics);
  void load_handlers(const profile::Profile& profile, const Options& options, Diagnostics& diagnostics);

  Config config_;
  bool started_ = false;
  auth::Verifiers verifiers_;
  std::unique_ptr<Stores> stores_;
  std::deque<Files> files_;  // of each profile with plugins
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<Handlers> handlers_;
  std::unique_ptr<LocalExchange> exchange_;
  turns::Services services_;
};

}  // namespace polygate::app

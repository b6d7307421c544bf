#include "gateway/app/stores.h"

#include <algorithm>
#include <utility>

#include "gateway/store/migrations.h"
#include "gateway/store/once.h"
#include "gateway/store/postgres_store.h"
#include "gateway/store/sqlite_store.h"
#include "gateway/store/unopened_store.h"

namespace polygate::app {

Store* Stores::add(const std::string& profile, const std::vector<const Plugin*>& plugins, Diagnostics& diagnostics,
                   bool has_once) {
  const bool keeps_rows =
      std::any_of(plugins.begin(), plugins.end(), [](const Plugin* plugin) { return !plugin->migrations.empty(); });
  if (!config_ || !keeps_rows) return nullptr;
  const auto problem = [&](const Failure& failure) {
    const std::string message = "the store of profile `" + profile + "` cannot be opened: " + failure.details;
    // A server that is down or a disk that is full, not a migration that has changed.
    if (failure.reason == Reason::busy || failure.reason == Reason::limited) {
      diagnostics.add_passing(config_->place, message);
    } else {
      diagnostics.add(config_->place, message);
    }
    return nullptr;
  };
  Result<std::unique_ptr<Store>> store = open(profile);
  if (!store) return problem(store.failure());
  if (open_ && has_once) {
    if (Result<void> done = migrate(**store, "polygate", once_migrations()); !done) return problem(done.failure());
  }
  for (const Plugin* plugin : plugins) {
    if (!open_ || plugin->migrations.empty()) continue;
    if (Result<void> done = migrate(**store, plugin->name, plugin->migrations); !done) return problem(done.failure());
  }
  return stores_.emplace_back(Named{profile, std::move(*store)}).store.get();
}

Result<std::unique_ptr<Store>> Stores::open(const std::string& profile) const {
  if (!open_) return make_unopened_store();
  if (config_->server.empty()) return open_sqlite(config_->folder / (profile + ".db"));
  PostgresOptions options;
  options.connection = config_->server;
  options.schema = profile;
  return open_postgres(options);
}

Result<void> Stores::health() const {
  for (const Named& named : stores_) {
    Result<void> health = named.store->health();
    if (health) continue;
    Failure why = health.failure();
    why.message = "profile " + named.profile + ": " + why.message;
    return why;
  }
  return {};
}

std::vector<Stores::Counts> Stores::meters() const {
  std::vector<Counts> all;
  for (const Named& named : stores_) all.push_back({named.profile, named.store->meter()});
  return all;
}

}  // namespace polygate::app

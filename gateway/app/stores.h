#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/app/store_config.h"
#include "gateway/base/diagnostics.h"
#include "gateway/plugin/loader.h"
#include "gateway/store/store.h"

namespace polygate::app {

/// The stores of a deployment, one for each profile whose plugins keep rows. Filled on the main thread at start-up;
/// what it gives out lives as long as it. Then thread-safe.
class Stores {
 public:
  struct Counts {
    std::string profile;
    StoreMeter meter;
  };

  /// Without a `config` there are none. Unless it may `open`, its stores are not open, as `check` wants it.
  Stores(std::optional<StoreConfig> config, bool open) : config_(std::move(config)), open_(open) {}

  /// The profile's store, with the tables of its plugins: those migrations that have not run there run now. Null when
  /// there is none, when no plugin has migrations, or after a problem. With `has_once` it remembers what was done once.
  Store* add(const std::string& profile, const std::vector<const Plugin*>& plugins, Diagnostics& diagnostics,
             bool has_once = false);

  /// Whether all of them reached their disk with their last write; else why one did not, with its profile.
  Result<void> health() const;
  std::vector<Counts> meters() const;

 private:
  struct Named {
    std::string profile;
    std::unique_ptr<Store> store;
  };
  Result<std::unique_ptr<Store>> open(const std::string& profile) const;

  const std::optional<StoreConfig> config_;
  const bool open_;
  std::vector<Named> stores_;
};

}  // namespace polygate::app

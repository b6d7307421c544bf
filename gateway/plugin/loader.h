#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/plugin/plugin.h"

namespace polygate {

/// One loaded plugin and what it can make.
struct Plugin {
  std::string name;
  std::vector<HandlerFactory> handlers = {};
  std::vector<Migration> migrations = {};
  std::vector<DeclaredFailure> failures = {};
  std::string settings_schema = {};       ///< JSON text; empty when it says nothing of its settings
  std::vector<std::string> secrets = {};  ///< where settings name them: "mail.password"

  /// The handler of that name, or nullptr.
  const HandlerFactory* find(std::string_view handler) const;
};

/// Finds plugins by name: first those linked into the program, then `<folder>/<name>.so`. Used on the main thread at
/// start-up and reload. What is loaded stays loaded until the process ends, for its code may still be in use.
class Loader {
 public:
  /// `folder` is absolute; empty when the deployment has no plugins of its own.
  explicit Loader(std::filesystem::path folder);

  /// Makes a plugin that is linked into the program known by its name, under the same checks as a shared object.
  Result<void> register_static(const PluginEntry& entry);

  /// The plugin called `name` (`[a-z0-9_]+`), loaded at most once; valid as long as the loader. Failures say which
  /// file, what was found and what was expected. Code runs only from a file that trusted_file() accepts and only when
  /// its ABI tag is exactly ours.
  Result<const Plugin*> load(std::string_view name);

 private:
  Result<const Plugin*> install(const std::string& name, const std::string& place, const PluginEntry& entry);
  std::string hint(const std::string& name) const;

  std::filesystem::path folder_;
  std::map<std::string, Plugin, std::less<>> plugins_;
};

}  // namespace polygate

#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/profile/profile.h"
#include "gateway/schema/library.h"

namespace polygate::profile {

/// What a deployment offers to its profiles.
struct Surroundings {
  schema::Library* schemas = nullptr;
  std::string schema_folder = "schemas";  ///< as shown in diagnostics, before a schema file's name
  std::vector<std::string> verifiers;
  std::vector<std::string> listeners;
  std::vector<std::string> plugins;                            ///< that were loaded
  std::map<std::string, std::string> broken_plugins{};         ///< that could not be, and why
  std::vector<std::string> handlers;                           ///< "plugin.handler" of the loaded ones
  std::vector<std::string> looks{};                            ///< "plugin.look" of the loaded ones
  std::map<std::string, std::vector<std::string>> failures{};  ///< by plugin: the names that it declares
  std::map<std::string, std::string> settings_schemas{};       ///< by plugin, where it declares one: JSON text
};

/// Holds a profile against its schemas, the verifiers, listeners and plugins of the deployment, fills in the compiled
/// schemas, and collects every problem with its place and "did you mean".
void check(Profile& profile, const Surroundings& surroundings, Diagnostics& diagnostics);

/// Across profiles: two endpoints that would match the same request, one name twice.
void check_together(const std::vector<ProfilePtr>& profiles, Diagnostics& diagnostics);

}  // namespace polygate::profile

#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/diagnostics.h"
#include "gateway/plugin/loader.h"
#include "gateway/profile/profile.h"
#include "gateway/schema/library.h"

namespace polygate::app {

/// Where a profile's file and its schemas are, for commands that look at a profile without a deployment.
struct ProfileFile {
  std::filesystem::path path;
  std::filesystem::path schemas;  ///< the folder
};

/// `name` is a file, or the name of a profile in ./profiles. Without `schemas` the folder of that name beside the
/// profile is taken, else the nearest one above it.
ProfileFile find_profile(const std::string& name, const std::optional<std::string>& schemas);

/// Reads the profile and holds it against its schemas, and against its plugins where there is a loader of them. The
/// verifiers and listeners that it names count as there, without a loader also the plugins and what it says of them.
/// Every problem is in `diagnostics`; null when there was one.
std::shared_ptr<profile::Profile> read_profile(const ProfileFile& file, schema::Library& library,
                                               Diagnostics& diagnostics, Loader* plugins = nullptr);

/// `$defs` of the schema that data of `event` is held against on its way `direction`: "in", "reply", "send" or "ack".
struct EventDefinition {
  std::string name;  ///< under $defs
  std::shared_ptr<const schema::Schema> schema;
};
/// The failure says which event is not known and which was probably meant; problems of the schema file itself are in
/// `diagnostics`.
Result<EventDefinition> find_definition(const profile::Profile& profile, schema::Library& library,
                                        std::string_view event, std::string_view direction, Diagnostics& diagnostics);

}  // namespace polygate::app

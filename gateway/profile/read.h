#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/profile.h"

namespace polygate::profile {

/// Turns a profile's YAML into a Profile: every key, type, template and role is looked at, and every problem is
/// collected. Schemas, verifiers and plugins are not looked at here: check() does that. Null when the YAML itself
/// cannot be read. `caps` is the most that its `limits` may ask for.
std::shared_ptr<Profile> read(const yaml::Node& root, const std::string& file, const Caps& caps,
                              Diagnostics& diagnostics);

/// Reads the profile at `path`, shown as `shown_as`.
std::shared_ptr<Profile> read_file(const std::filesystem::path& path, const std::string& shown_as, const Caps& caps,
                                   Diagnostics& diagnostics);

/// Parses the `$paths` of one scalar.
Text parse_text(const std::string& text, const Place& place, Diagnostics& diagnostics);

}  // namespace polygate::profile

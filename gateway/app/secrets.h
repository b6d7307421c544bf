#pragma once
#include <filesystem>

#include "gateway/base/diagnostics.h"
#include "gateway/plugin/loader.h"
#include "gateway/plugin/plugin.h"
#include "gateway/profile/profile.h"

namespace polygate::app {

/// Reads the secrets that the plugin declares, from where the profile's settings say that they are: `{env: NAME}` or
/// `{file: PATH}`, a path from `folder` on. One that they do not name is not there. What cannot be read is a problem,
/// told without what stands there: it may be the secret itself.
Secrets read_secrets(const profile::Profile& profile, const Plugin& plugin, const std::filesystem::path& folder,
                     Diagnostics& diagnostics);

}  // namespace polygate::app

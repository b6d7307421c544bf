#pragma once
#include <set>
#include <string>

#include "gateway/plugin/loader.h"
#include "gateway/profile/check.h"

namespace polygate::app {

/// Loads these plugins and tells profiles what they have, or why they cannot be loaded.
void offer_plugins(Loader& loader, const std::set<std::string>& names, profile::Surroundings& around);

}  // namespace polygate::app

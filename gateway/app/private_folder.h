#pragma once
#include <filesystem>
#include <string>

namespace polygate::app {

/// Is there a folder that only our user may enter? Makes it where nothing is, unless `makes` says that it is only to be
/// looked at. Gives what is wrong, or nothing.
std::string private_folder(const std::filesystem::path& folder, bool makes);

}  // namespace polygate::app

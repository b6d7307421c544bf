#pragma once
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/base/result.h"

namespace polygate {

/// A folder for the files of one profile, which nobody else may enter. It says what a file is called there, and does
/// nothing with it.
class Files {
 public:
  static constexpr std::size_t kMostBytes = 128;  ///< of a name

  explicit Files(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const { return folder_; }

  /// The file of that name, whether it is there or not. A name has 1 to 128 characters of [A-Za-z0-9._-] and starts
  /// with no dot, so that none leads out of the folder; any other is `invalid`.
  Result<std::filesystem::path> path(std::string_view name) const {
    const bool is_safe = !name.empty() && name.size() <= kMostBytes && name.front() != '.' &&
                         std::all_of(name.begin(), name.end(), is_plain);
    if (!is_safe) return invalid("a file's name has 1 to 128 characters of [A-Za-z0-9._-] and starts with no dot");
    return folder_ / name;
  }

 private:
  static bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  }

  std::filesystem::path folder_;
};

}  // namespace polygate

#include "gateway/plugin/trusted_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace polygate {
namespace {

std::string octal(mode_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7U));
  return digits;
}

Failure refusal(const std::filesystem::path& path, const std::string& why) {
  return Failure{Reason::refused, path.string() + " " + why};
}

Result<struct stat> look_at(const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) return found;
  if (errno == ENOENT) return Failure{Reason::absent, path.string() + " does not exist"};
  return refusal(path, std::string("cannot be read: ") + std::strerror(errno));
}

Result<void> check_owner_and_mode(const std::filesystem::path& path, const struct stat& found, uid_t user) {
  if (found.st_uid != 0 && found.st_uid != user) {
    return refusal(path, "belongs to user " + std::to_string(found.st_uid) + ", expected root or user " +
                             std::to_string(user) + ", who runs the gateway");
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return refusal(path, "has mode " + octal(found.st_mode) + ": others than its owner may write to it (chmod go-w)");
  }
  return {};
}

Result<void> check_ancestors(const std::filesystem::path& folder, uid_t user) {
  for (std::filesystem::path path = folder.parent_path();; path = path.parent_path()) {
    Result<struct stat> found = look_at(path);
    if (!found) return found.failure();
    const bool sticky = (found->st_mode & S_ISVTX) != 0 && found->st_uid == 0;
    if (!sticky) {
      if (Result<void> checked = check_owner_and_mode(path, *found, user); !checked) return checked;
    }
    if (path == path.parent_path()) return {};
  }
}

}  // namespace

Result<std::filesystem::path> trusted_file(const std::filesystem::path& folder, const std::string& file_name,
                                           uid_t user) {
  if (!folder.is_absolute()) return refusal("the plugin folder `" + folder.string() + "`", "must be an absolute path");
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(folder, error);
  if (error) return refusal("the plugin folder " + folder.string(), "cannot be used: " + error.message());

  Result<struct stat> home = look_at(real);
  if (!home) return home.failure();
  if (!S_ISDIR(home->st_mode)) return refusal(real, "is not a folder");
  const std::filesystem::path file = real / file_name;
  Result<struct stat> found = look_at(file);
  if (!found) return found.failure();
  if (S_ISLNK(found->st_mode)) return refusal(file, "is a symbolic link, expected the plugin's own file");
  if (!S_ISREG(found->st_mode)) return refusal(file, "is not a regular file");

  if (Result<void> checked = check_owner_and_mode(file, *found, user); !checked) return checked.failure();
  if (Result<void> checked = check_owner_and_mode(real, *home, user); !checked) return checked.failure();
  if (Result<void> checked = check_ancestors(real, user); !checked) return checked.failure();
  return file;
}

}  // namespace polygate

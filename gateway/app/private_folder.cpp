#include "gateway/app/private_folder.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace polygate::app {

std::string private_folder(const std::filesystem::path& folder, bool makes) {
  const auto system_said = [&](const char* what) { return folder.string() + what + std::strerror(errno); };
  struct stat found {};
  if (::stat(folder.parent_path().c_str(), &found) != 0) {
    return folder.parent_path().string() + ": " + std::strerror(errno);
  }
  if (makes && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return system_said(" cannot be made: ");
  if (::lstat(folder.c_str(), &found) != 0) return errno == ENOENT && !makes ? "" : system_said(": ");
  if (!S_ISDIR(found.st_mode)) return folder.string() + " is no folder";
  if (found.st_uid != ::geteuid()) return folder.string() + " belongs to another user";
  if ((found.st_mode & 077U) != 0) return folder.string() + " is open to other users: its mode should be 0700";
  return {};
}

}  // namespace polygate::app

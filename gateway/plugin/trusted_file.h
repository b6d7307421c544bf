#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>

#include "gateway/base/result.h"

namespace polygate {

/// Whether code may be loaded from `folder`/`file_name`: nobody but root and us can have written it, or can replace it
/// between this check and the loading. The folder must be absolute; the file must be a regular file, no symbolic link.
/// File, folder and every folder above must belong to root or to `user`, who runs the gateway, and be writable by
/// nobody else; above the plugin folder a sticky folder like /tmp is accepted, for nobody can replace another's entry
/// there. Gives the real path.
Result<std::filesystem::path> trusted_file(const std::filesystem::path& folder, const std::string& file_name,
                                           uid_t user);

}  // namespace polygate

#include "gateway/app/store_config.h"

#include <string>
#include <string_view>
#include <system_error>

#include "gateway/store/postgres_store.h"

namespace polygate::app {
namespace {

/// Is it the database file of all profiles, as `store` named it before each had one of its own?
bool is_database(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return false;
  const std::string extension = path.extension().string();
  return std::filesystem::exists(path, ignored) || extension == ".db" || extension == ".sqlite" ||
         extension == ".sqlite3";
}

bool is_server(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

std::string or_here(const std::filesystem::path& folder) {
  return folder.empty() ? "." : folder.string();
}

}  // namespace

std::optional<StoreConfig> read_store(const yaml::Node& node, const std::filesystem::path& base,
                                      Diagnostics& diagnostics) {
  if (!node.is_string() || node.text().empty()) {
    diagnostics.add(node.place(),
                    "`store` of the configuration is " + std::string(node.kind_name()) +
                        ", expected the folder for the profiles' databases, or the URI of a PostgreSQL server");
    return std::nullopt;
  }
  if (is_server(node.text())) {
    const std::string fault = fault_in_postgres(std::string(node.text()));
    if (fault.empty()) return StoreConfig{{}, std::string(node.text()), node.place()};
    diagnostics.add(node.place(), "`store` is no URI of a PostgreSQL server: " + fault);
    return std::nullopt;
  }
  const std::filesystem::path written = node.text();
  StoreConfig made{(base / written).lexically_normal(), {}, node.place()};
  if (!is_database(made.folder)) return made;
  const std::string folder = or_here(written.parent_path());
  diagnostics.add(node.place(),
                  "`store` is a folder with a database for each profile, `" + written.string() + "` is a single file",
                  "write `store: " + folder +
                      "`; to keep the rows of a profile, move the file, with those that end in "
                      "-wal and -shm, to " +
                      (written.parent_path() / "PROFILE.db").string());
  return std::nullopt;
}

}  // namespace polygate::app

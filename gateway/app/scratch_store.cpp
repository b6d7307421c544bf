#include "gateway/app/scratch_store.h"

#include <stdlib.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "gateway/base/diagnostics.h"

namespace polygate::app {

ScratchStore::ScratchStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

ScratchStore::~ScratchStore() {
  stores_.reset();
  std::error_code ignored;  // a folder for temporary things may keep it
  std::filesystem::remove_all(folder_, ignored);
}

Result<std::unique_ptr<ScratchStore>> ScratchStore::make(const std::string& profile,
                                                         const std::vector<const Plugin*>& plugins) {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "polygate-store-XXXXXX").string();
  if (!error && ::mkdtemp(name.data()) == nullptr) error = {errno, std::generic_category()};
  if (error) return Failure{Reason::refused, "no folder for a store can be made: " + error.message()};
  std::unique_ptr<ScratchStore> made(new ScratchStore(name));
  made->stores_ = std::make_unique<Stores>(StoreConfig{name, {}, {}}, true);
  Diagnostics problems;
  made->store_ = made->stores_->add(profile, plugins, problems);
  if (made->store_ == nullptr) return Failure{Reason::refused, problems.text()};
  return made;
}

}  // namespace polygate::app

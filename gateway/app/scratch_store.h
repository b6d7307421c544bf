#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/app/stores.h"
#include "gateway/base/result.h"
#include "gateway/plugin/loader.h"
#include "gateway/store/store.h"

namespace polygate::app {

/// A store with the tables of some plugins and without a row, in a folder that is gone at its end.
class ScratchStore {
 public:
  static Result<std::unique_ptr<ScratchStore>> make(const std::string& profile,
                                                    const std::vector<const Plugin*>& plugins);
  ~ScratchStore();
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;

  Store& store() { return *store_; }

 private:
  explicit ScratchStore(std::filesystem::path folder);

  const std::filesystem::path folder_;
  std::unique_ptr<Stores> stores_;
  Store* store_ = nullptr;
};

}  // namespace polygate::app

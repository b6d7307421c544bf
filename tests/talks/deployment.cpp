#include <gtest/gtest.h>

#include "tests/talks/driver.h"

namespace polygate::talks {

std::unique_ptr<app::Deployment> load_deployment(const Clock& clock, Log& log, unsigned workers,
                                                 const std::filesystem::path& folder) {
  Diagnostics problems;
  const std::vector<app::Override> overrides = {
      {"store", (folder / "store.db").string(), "this test"},
      {"plugins", std::string(POLYGATE_BINARY_DIR) + "/plugins", "this test"}};
  auto config =
      app::read_config(std::filesystem::path(POLYGATE_SOURCE_DIR) / "tests/talks/gateway.yaml", overrides, problems);
  std::unique_ptr<app::Deployment> deployment;
  if (config) {
    app::Deployment::Options options;
    options.workers = workers;
    options.clock = &clock;
    options.log = &log;
    deployment = app::Deployment::load(std::move(*config), options, problems);
  }
  if (!deployment) {
    ADD_FAILURE() << problems.text();
    std::abort();  // nothing below could be tested
  }
  return deployment;
}

}  // namespace polygate::talks

#include <gtest/gtest.h>

#include <fstream>

#include "tests/talks/driver.h"
#include "tests/talks/hub/hub_desk.h"
#include "tests/talks/scratch.h"
#include "tests/talks/stage/stage.h"

namespace polygate::talks {
namespace {

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// The deployment of a talk that brings its profile along: the verifiers are those of the shipped one.
std::filesystem::path write_deployment(const Setting& setting, const std::filesystem::path& folder) {
  const std::string schema = setting.schema.empty() ? "" : "schema: talk.json\n";
  write_text(folder / "talk.yaml", setting.profile + schema);
  write_text(folder / "talk.json", setting.schema);
  const std::string shipped = read_text(kFolder / "gateway.yaml");
  std::string verifiers = shipped.substr(shipped.find("verifiers:"));
  for (auto at = verifiers.find("keys/"); at != std::string::npos; at = verifiers.find("keys/", at + 5)) {
    const std::string absolute = (kFolder / "").string();
    verifiers.insert(at, absolute);
    at += absolute.size();
  }
  const auto file = folder / "gateway.yaml";
  write_text(file, "profiles: [talk.yaml]\nschemas: .\n" + verifiers + setting.gateway);
  return file;
}

}  // namespace

std::unique_ptr<app::Deployment> load_deployment(const Setting& setting, const Clock& clock, Log& log, unsigned workers,
                                                 const std::filesystem::path& folder) {
  Diagnostics problems;
  const std::vector<app::Override> overrides = {
      {"store", folder.string(), "this test"}, {"plugins", std::string(POLYGATE_BINARY_DIR) + "/plugins", "this test"}};
  const bool own = !setting.profile.empty();
  auto config =
      app::read_config(own ? write_deployment(setting, folder) : kFolder / "gateway.yaml", overrides, problems);
  std::unique_ptr<app::Deployment> deployment;
  if (config) {
    app::Deployment::Options options;
    options.workers = workers;
    options.clock = &clock;
    options.log = &log;
    options.static_plugins = {&polygate_plugin_stage, &polygate_plugin_hub_desk};
    deployment = app::Deployment::load(std::move(*config), options, problems);
  }
  if (!deployment) ADD_FAILURE() << problems.text();
  return deployment;
}

}  // namespace polygate::talks

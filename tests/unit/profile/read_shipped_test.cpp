#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shipped() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource / "profiles")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::shared_ptr<Profile> load(const std::string& name, Diagnostics& diagnostics) {
  schema::Library library(kSource / "schemas");
  auto profile = read_file(kSource / "profiles" / name, name, Caps{}, diagnostics);
  if (profile) check(*profile, surroundings(library), diagnostics);
  return profile;
}

class ShippedProfile : public testing::TestWithParam<fs::path> {};

TEST_P(ShippedProfile, HasNoProblems) {
  Diagnostics diagnostics;
  ASSERT_TRUE(load(fs::relative(GetParam(), kSource / "profiles").string(), diagnostics));
  EXPECT_EQ(diagnostics.text(), "");
}

TEST_P(ShippedProfile, MatchesTheSchemaThatEditorsUse) {
  Diagnostics diagnostics;
  schema::Library library(kSource / "schemas");
  const auto language = library.compile("profile.schema.json", "", diagnostics);
  const auto yaml = yaml::read_file(GetParam(), GetParam().filename().string(), diagnostics);
  ASSERT_TRUE(language && yaml) << diagnostics.text();
  json::Document document;
  ASSERT_TRUE(document.parse(yaml->to_json().dump()));
  for (const schema::Error& error : language->errors(document.root())) {
    ADD_FAILURE() << error.instance << ": " << error.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, ShippedProfile, testing::ValuesIn(shipped()),
                         [](const testing::TestParamInfo<fs::path>& file) {
                           std::string name = file.param.stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ShippedProfiles, StandBesideEachOther) {
  Diagnostics diagnostics;
  std::vector<ProfilePtr> profiles;
  for (const fs::path& path : shipped()) {
    profiles.push_back(load(fs::relative(path, kSource / "profiles").string(), diagnostics));
  }
  check_together(profiles, diagnostics);
  EXPECT_EQ(diagnostics.text(), "");
}

TEST(ProfilesReadme, ItsExampleIsAProfile) {
  std::ifstream in(kSource / "profiles/README.md");
  const std::string manual((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::size_t start = manual.find("```yaml\n");
  ASSERT_NE(start, std::string::npos);
  const Reading reading(manual.substr(start + 8, manual.find("```", start + 8) - start - 8));
  EXPECT_EQ(reading.diagnostics.text(), "");
}

TEST(PrinterFleet, ForwardsWhatItDoesNotChangeWithoutASecondCheck) {
  Diagnostics diagnostics;
  const auto profile = load("printer-fleet.yaml", diagnostics);
  ASSERT_TRUE(profile);
  const Rule& rule = profile->events.find("print_job")->second.at(0);
  ASSERT_TRUE(rule.schema);
  EXPECT_EQ(rule.schema, rule.sends.at(0).schema);
  EXPECT_NE(rule.schema, rule.replies.at(0).schema);
  EXPECT_TRUE(profile->uses_user_topics);
  EXPECT_FALSE(profile->uses_role_topics);
}

TEST(SensorTelemetry, NeverPingsControllers) {
  Diagnostics diagnostics;
  const auto profile = load("sensor-telemetry.yaml", diagnostics);
  ASSERT_TRUE(profile);
  for (const Endpoint& endpoint : profile->endpoints) {
    EXPECT_EQ(endpoint.ping.every.count() == 0, profile->role_name(endpoint.role) == "controller");
  }
  EXPECT_TRUE(profile->uses_role_topics);
}

}  // namespace
}  // namespace polygate::profile

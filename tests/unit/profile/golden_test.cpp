#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> broken_profiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kSource / "tests/golden/profiles")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class GoldenProfile : public testing::TestWithParam<fs::path> {};

/// Each broken profile in tests/golden/profiles says exactly what stands beside it in a .txt of the same name.
/// POLYGATE_UPDATE_GOLDEN=1 writes those files anew.
TEST_P(GoldenProfile, IsRefusedWithPlaceCauseAndHint) {
  Diagnostics diagnostics;
  schema::Library library(kSource / "tests/golden/profiles/schemas");
  const auto profile = read_file(GetParam(), GetParam().filename().string(), Caps{}, diagnostics);
  if (profile) check(*profile, surroundings(library), diagnostics);
  EXPECT_FALSE(diagnostics.empty());
  fs::path golden = GetParam();
  golden.replace_extension(".txt");
  if (std::getenv("POLYGATE_UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << diagnostics.text();
  EXPECT_EQ(diagnostics.text(), contents(golden));
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenProfile, testing::ValuesIn(broken_profiles()),
                         [](const testing::TestParamInfo<fs::path>& file) { return file.param.stem().string(); });

}  // namespace
}  // namespace polygate::profile

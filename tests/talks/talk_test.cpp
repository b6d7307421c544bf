#include <gtest/gtest.h>

#include <algorithm>

#include "tests/talks/conversation.h"

namespace polygate::talks {
namespace {

enum class Where : std::uint8_t { in_process, one_worker, four_workers };

struct Case {
  std::filesystem::path file;
  Where where = Where::in_process;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (entry.path().extension() != ".talk") continue;
    const auto talk = read(entry.path());
    if (!talk || !talk->sockets_only) all.push_back({entry.path(), Where::in_process});
    if (talk && talk->in_process_only) continue;
    all.push_back({entry.path(), Where::one_worker});
    all.push_back({entry.path(), Where::four_workers});
  }
  std::sort(all.begin(), all.end(),
            [](const Case& a, const Case& b) { return std::tie(a.file, a.where) < std::tie(b.file, b.where); });
  return all;
}

class Talks : public testing::TestWithParam<Case> {};

TEST_P(Talks, GoAsWritten) {
  const auto talk = read(GetParam().file);
  ASSERT_TRUE(talk) << GetParam().file << ": " << talk.failure().message;
  const auto driver = GetParam().where == Where::in_process
                          ? in_process(talk->setting)
                          : over_sockets(GetParam().where == Where::one_worker ? 1 : 4, talk->setting);
  ASSERT_TRUE(driver) << GetParam().file;
  EXPECT_EQ(Conversation(*talk, *driver).run(), "") << GetParam().file.string() << ": " << talk->title;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file.parent_path().filename().string() + "_" + info.param.file.stem().string();
  name += info.param.where == Where::in_process   ? "_in_process"
          : info.param.where == Where::one_worker ? "_1_worker"
                                                  : "_4_workers";
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Talks, testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace polygate::talks

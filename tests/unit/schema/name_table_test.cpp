#include "gateway/schema/name_table.h"

#include <gtest/gtest.h>

namespace polygate::schema {
namespace {

TEST(NameTable, FindsEachNameAndNoOther) {
  std::vector<std::string> names = {"", "a", "ab", "abc", "abcd", "abcdefgh", "abcdefghi"};
  for (int i = 0; i < 500; ++i) names.push_back("name" + std::to_string(i));
  const NameTable table(names);
  for (std::uint32_t i = 0; i < names.size(); ++i) EXPECT_EQ(table.find(names[i]), i) << names[i];
  for (const char* other : {"b", "abce", "name500", "name", "abcdefgi", "a b"}) {
    EXPECT_EQ(table.find(other), NameTable::kNone) << other;
  }
}

TEST(NameTable, TellsApartNamesThatDifferOnlyInTheMiddle) {
  const NameTable table({"aaaaaaaaXbbbbbbbb", "aaaaaaaaYbbbbbbbb"});
  EXPECT_EQ(table.find("aaaaaaaaYbbbbbbbb"), 1u);
  EXPECT_EQ(table.find("aaaaaaaaZbbbbbbbb"), NameTable::kNone);
  const NameTable one({"aaaaaaaaXbbbbbbbb"});
  EXPECT_EQ(one.find("aaaaaaaaYbbbbbbbb"), NameTable::kNone);
}

TEST(NameTable, HoldsNothingWhenEmpty) {
  EXPECT_EQ(NameTable().find(""), NameTable::kNone);
  EXPECT_EQ(NameTable().find("x"), NameTable::kNone);
}

}  // namespace
}  // namespace polygate::schema

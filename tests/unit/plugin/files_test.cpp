#include <gtest/gtest.h>

#include "gateway/plugin/plugin.h"

namespace polygate {
namespace {

TEST(Files, HaveNamesThatStayInTheFolder) {
  const Files files("/data/files/lab");
  EXPECT_EQ(files.folder(), "/data/files/lab");
  const std::string longest(128, 'x');
  for (const std::string& name : {std::string("a"), std::string("photo-7.JPG"), std::string("_"), std::string("-"),
                                  std::string("a..b"), std::string("0."), longest}) {
    const auto path = files.path(name);
    ASSERT_TRUE(path) << name;
    EXPECT_EQ(*path, "/data/files/lab/" + name);
  }
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string(".x"), std::string("a/b"), std::string("/a"),
        std::string("a\\b"), std::string("a b"), std::string("a\0b", 3), std::string("a\n"), std::string("\xC3\xA4"),
        std::string(129, 'x')}) {
    EXPECT_EQ(files.path(name).failure().reason, Reason::invalid) << name;
  }
}

}  // namespace
}  // namespace polygate

#include "gateway/base/json_pointer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace polygate::json {
namespace {

TEST(JsonPointer, EscapesWhatRfc6901EscapesAndNothingElse) {
  std::string pointer = "/a";
  append_token(pointer, "m~n/o%p");
  append_token(pointer, "");
  EXPECT_EQ(pointer, "/a/m~0n~1o%p/");
  std::string fragment = "#/$defs";
  append_fragment_token(fragment, "m~n/o%p");
  EXPECT_EQ(fragment, "#/$defs/m~0n~1o%25p");
}

TEST(JsonPointer, TokensAreReadAsTheyWereWritten) {
  EXPECT_EQ(pointer_tokens(""), std::vector<std::string>{});
  EXPECT_EQ(pointer_tokens("/"), std::vector<std::string>{""});
  EXPECT_EQ(pointer_tokens("/m~0n~1o%p/~01/2"), (std::vector<std::string>{"m~n/o%p", "~1", "2"}));
}

TEST(JsonPointer, AnIndexHasNoZeroInFront) {
  EXPECT_EQ(pointer_index("0"), 0U);
  EXPECT_EQ(pointer_index("17"), 17U);
  for (const char* no : {"", "01", "-1", "1a", "a", "99999999999999999999999"}) EXPECT_FALSE(pointer_index(no)) << no;
}

}  // namespace
}  // namespace polygate::json

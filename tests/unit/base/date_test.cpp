#include "gateway/base/date.h"

#include <gtest/gtest.h>

namespace polygate {
namespace {

TEST(Date, IsUtcWithMilliseconds) {
  EXPECT_EQ(format_date(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_date(1'800'000'000), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(format_date(1'709'251'199.25), "2024-02-29T23:59:59.250Z");
  EXPECT_EQ(format_date(1'709'251'199.9996), "2024-03-01T00:00:00.000Z") << "rounded to the nearest";
}

}  // namespace
}  // namespace polygate

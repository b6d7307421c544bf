#include "gateway/base/ids.h"

#include <gtest/gtest.h>

namespace polygate {
namespace {

TEST(SmallIds, GoOverAndOverFromOneToTheLargestOf31Bits) {
  SmallIds ids(0);
  EXPECT_EQ(ids.next(), 1u);
  EXPECT_EQ(ids.next(), 2u);
  SmallIds last(0x7fff'ffff);
  EXPECT_EQ(last.next(), 0x7fff'ffffu);
  EXPECT_EQ(last.next(), 1u);
  SmallIds wraps(0xffff'ffff);
  EXPECT_EQ(wraps.next(), 0x7fff'ffffu);
  EXPECT_EQ(wraps.next(), 1u);
}

TEST(SmallIds, OfTheProcessFollowOneAnother) {
  const std::uint32_t first = small_id();
  EXPECT_EQ(small_id(), first == 0x7fff'ffff ? 1 : first + 1);
}

}  // namespace
}  // namespace polygate

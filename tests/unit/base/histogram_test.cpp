#include "gateway/base/histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polygate {
namespace {

using testing::ElementsAre;

constexpr std::array<double, 3> kBounds = {1, 2, 5};

TEST(Histogram, AValueCountsUnderTheFirstBoundThatIsNotBelowIt) {
  Histogram<kBounds> histogram;
  for (const double value : {-1.0, 0.5, 1.0, 1.5, 2.0, 5.0, 5.1, 1e9}) histogram.add(value);
  EXPECT_THAT(histogram.counts, ElementsAre(3, 2, 1, 2));
}

TEST(Histogram, TwoTogetherAreTheirSums) {
  Histogram<kBounds> one, other;
  one.add(0.5);
  one.add(4);
  other.add(4);
  other.add(8);
  one += other;
  EXPECT_THAT(one.counts, ElementsAre(1, 0, 2, 1));
  EXPECT_EQ(one.sum, 16.5);
}

}  // namespace
}  // namespace polygate

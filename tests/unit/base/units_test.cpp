#include "gateway/base/units.h"

#include <gtest/gtest.h>

#include <vector>

namespace polygate {
namespace {

TEST(Units, ReadsDurationsWithTheirUnit) {
  EXPECT_EQ(parse_duration("30s"), Millis(30'000));
  EXPECT_EQ(parse_duration("1500ms"), Millis(1500));
  EXPECT_EQ(parse_duration("5m"), Millis(300'000));
  EXPECT_EQ(parse_duration("12h"), Millis(43'200'000));
  EXPECT_EQ(parse_duration("7d"), Millis(604'800'000));
  EXPECT_EQ(parse_duration("0"), Millis(0));
  EXPECT_EQ(parse_duration("0s"), Millis(0));
  EXPECT_EQ(parse_duration("36500d"), kMaxDuration);
}

TEST(Units, RefusesEveryOtherDuration) {
  for (const char* text : {"", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5s ", "5S", "5sec", "1h30m", "36501d",
                           "99999999999999999999s", "0x5s", "00"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Units, ReadsSizesWithAndWithoutUnit) {
  EXPECT_EQ(parse_size("64KiB"), 65'536U);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576U);
  EXPECT_EQ(parse_size("512B"), 512U);
  EXPECT_EQ(parse_size("10MB"), 10'000'000U);
  EXPECT_EQ(parse_size("1GiB"), 1'073'741'824U);
  EXPECT_EQ(parse_size("1234"), 1234U);
  EXPECT_EQ(parse_size("4611686018427387904"), std::uint64_t{1} << 62);
}

TEST(Units, RefusesEveryOtherSize) {
  for (const char* text : {"", "-1", "1.5MiB", "1 MiB", "1mib", "1M", "KiB", "4611686018427387905", "9999999999TiB",
                           "99999999999999999999"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Units, ReadsBackWhatItWrites) {
  EXPECT_EQ(format_duration(Millis(90'000)), "90s");
  EXPECT_EQ(format_duration(Millis(120'000)), "2m");
  EXPECT_EQ(format_duration(Millis(1500)), "1500ms");
  EXPECT_EQ(format_duration(Millis(0)), "0s");
  EXPECT_EQ(format_duration(Millis(-5000)), "-5s");
  EXPECT_EQ(format_size(65'536), "64KiB");
  EXPECT_EQ(format_size(1000), "1000B");
  EXPECT_EQ(format_size(0), "0B");
  for (std::int64_t i = 1; i < 3'000'000'000; i = i * 7 + 3) {
    EXPECT_EQ(parse_duration(format_duration(Millis(i))), Millis(i));
    EXPECT_EQ(parse_duration(format_duration(Millis(i * 1000))), Millis(i * 1000));
    EXPECT_EQ(parse_size(format_size(static_cast<std::uint64_t>(i))), static_cast<std::uint64_t>(i));
    EXPECT_EQ(parse_size(format_size(static_cast<std::uint64_t>(i) * 1024)), static_cast<std::uint64_t>(i) * 1024);
  }
}

}  // namespace
}  // namespace polygate

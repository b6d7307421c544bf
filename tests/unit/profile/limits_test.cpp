#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

std::vector<Limit> limits_of_profiles() {
  std::vector<Limit> found;
  for (const Limit& limit : all_limits()) {
    if (limit.stands_in(LimitsOf::profile)) found.push_back(limit);
  }
  return found;
}

const Limit& limit_named(std::string_view name) {
  const auto all = all_limits();
  return *std::find_if(all.begin(), all.end(), [&](const Limit& limit) { return limit.name == name; });
}

struct LimitsRead {
  explicit LimitsRead(const std::string& limits, const Caps& caps = {}) {
    const std::string text =
        "profile: test\ndialect: raw\n" + limits + "\nendpoints: {/: {role: guest}}\nevents: {text: {from: guest}}\n";
    diagnostics.source("test.yaml", text);
    const auto root = yaml::read(text, "test.yaml", diagnostics);
    if (root) profile = read(*root, "test.yaml", caps, diagnostics);
  }
  std::string problems() const { return diagnostics.text(); }
  double operator[](std::string_view name) const { return value(profile->limits, limit_named(name)); }

  Diagnostics diagnostics;
  std::shared_ptr<Profile> profile;
};

class LimitOfAProfile : public testing::TestWithParam<Limit> {
 protected:
  /// A profile with this limit, and one that lets it be what it likes.
  static LimitsRead with(const std::string& text) {
    const std::string name(GetParam().name);
    const std::string other = name == "message_bytes"  ? ", outbox_bytes: 16GiB"
                              : name == "outbox_bytes" ? ", message_bytes: 1B"
                                                       : "";
    return LimitsRead("limits: {" + name + ": " + text + other + "}");
  }
  static void expect_refused(const std::string& text) {
    EXPECT_THAT(with(text).problems(), testing::AllOf(testing::HasSubstr("test.yaml:3:"),
                                                      testing::HasSubstr("`" + std::string(GetParam().name) + "` is a"),
                                                      testing::HasSubstr("from " + GetParam().range())))
        << text;
  }
};

TEST_P(LimitOfAProfile, IsTakenAtBothEndsOfItsRangeAndNotBeyond) {
  const Limit& limit = GetParam();
  for (const double end : {limit.least, limit.most}) {
    const LimitsRead read = with(limit.text(end));
    EXPECT_EQ(read.problems(), "");
    EXPECT_EQ(value(read.profile->limits, limit), end);
  }
  if (limit.least > 0 || limit.unit == Limit::Unit::count || limit.unit == Limit::Unit::per_second) {
    expect_refused(limit.text(limit.least - 1));
  }
  expect_refused(limit.text(limit.most + 1));
}

TEST_P(LimitOfAProfile, IsNoTextAndNoList) {
  for (const char* wrong : {"many", "[1]", "{}", "", "true", "1 MiB", "-1"}) {
    expect_refused(wrong);
  }
}

TEST_P(LimitOfAProfile, IsCappedByTheDeployment) {
  const Limit& limit = GetParam();
  const double middle = limit.least + 7;
  Caps caps;
  caps.set(limit, middle, "gateway.yaml:5");
  const std::string key = "limits: {outbox_bytes: 16GiB, " + std::string(limit.name) + ": ";
  const std::string of_its_own = limit.name == "outbox_bytes"    ? "limits: {message_bytes: 1B, outbox_bytes: "
                                 : limit.name == "message_bytes" ? key
                                                                 : "limits: {" + std::string(limit.name) + ": ";
  EXPECT_EQ(LimitsRead(of_its_own + limit.text(middle) + "}", caps).problems(), "");
  EXPECT_THAT(LimitsRead(of_its_own + limit.text(middle + 1) + "}", caps).problems(),
              testing::AllOf(testing::HasSubstr("`" + std::string(limit.name) + "` is " + limit.text(middle + 1) +
                                                ", this deployment allows at most " + limit.text(middle)),
                             testing::HasSubstr("gateway.yaml:5")));
  const LimitsRead silent(limit.name == "outbox_bytes" ? "limits: {message_bytes: 1B}" : "", caps);
  EXPECT_EQ(silent.problems(), "");
  const double usual = limit.usual(LimitsOf::profile);
  EXPECT_EQ(value(silent.profile->limits, limit), limit.exceeds(usual, middle) ? middle : usual);
}

INSTANTIATE_TEST_SUITE_P(Limits, LimitOfAProfile, testing::ValuesIn(limits_of_profiles()),
                         [](const auto& limit) { return std::string(limit.param.name); });

TEST(Limits, AProfileThatSaysNothingHasTheDefaultsAndADeploymentThatSaysNothingAllowsTheWholeRange) {
  const LimitsRead read("");
  for (const Limit& limit : limits_of_profiles()) {
    EXPECT_EQ(value(read.profile->limits, limit), value(Limits{}, limit)) << limit.name;
    EXPECT_FALSE(limit.exceeds(limit.most, Caps().most(limit))) << limit.name;
  }
}

TEST(Limits, NoLimitIsMoreThanAnyLimit) {
  Caps caps;
  caps.set(limit_named("events_per_second"), 20, "flag --set limits.events_per_second");
  EXPECT_EQ(LimitsRead("", caps)["events_per_second"], 20);
  EXPECT_EQ(LimitsRead("limits: {events_per_second: 0.5}", caps)["events_per_second"], 0.5);
  EXPECT_EQ(LimitsRead("limits: {events_per_second: 0}", caps).problems(),
            "test.yaml:3:29: `events_per_second` is 0 (no limit), this deployment allows at most 20\n"
            "    limits: {events_per_second: 0}\n"
            "                                ^  `limits.events_per_second` of the deployment: flag --set "
            "limits.events_per_second\n");
  caps.set(limit_named("outbox_frames"), 9, "gateway.yaml:5");
  EXPECT_EQ(LimitsRead("", caps)["outbox_frames"], 9) << "as many as fit is more than 9";
}

TEST(Limits, AnOutboxHoldsOneMessageWhoeverMadeItSmall) {
  EXPECT_THAT(
      LimitsRead("limits: {message_bytes: 2MiB}").problems(),
      testing::HasSubstr("test.yaml:3:9: `outbox_bytes` (1MiB) cannot hold one message of `message_bytes` (2MiB)"));
  Caps caps;
  caps.set(limit_named("outbox_bytes"), 32 << 10, "gateway.yaml:5");
  EXPECT_THAT(
      LimitsRead("", caps).problems(),
      testing::HasSubstr("test.yaml:1:10: `outbox_bytes` (32KiB) cannot hold one message of `message_bytes` (64KiB)"));
  caps.set(limit_named("message_bytes"), 32 << 10, "gateway.yaml:6");
  EXPECT_EQ(LimitsRead("", caps).problems(), "");
}

}  // namespace
}  // namespace polygate::profile

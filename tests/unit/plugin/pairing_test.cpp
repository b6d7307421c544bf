#include <gtest/gtest.h>

#include "tests/unit/plugin/entries.h"

namespace polygate {
namespace {

/// Says what the handler answers, as JSON text.
class Pairing : public testing::Test {
 protected:
  void use(Json pair) {
    handlers_ = make_handlers(polygate_plugin_monitor_relay, {.values = {{"pair", std::move(pair)}}, .clock = &clock_});
  }
  std::string take(const std::string& handler, const std::string& session, Json data = nullptr) {
    const Outcome outcome = handlers_.at(handler)(
        {.session = session, .data = std::move(data), .with = {{"monitors", Json::array({"a1"})}}});
    return outcome.accepted() ? outcome.result().dump() : outcome.declared();
  }

  ManualClock clock_;
  std::map<std::string, HandlerFunction> handlers_;
};

TEST_F(Pairing, OnlyWhoAskedHearsFirstInFirstOut) {
  use({{"timeout", 30}});
  EXPECT_EQ(take("ask", "u"), "null");
  EXPECT_EQ(take("ask", "v"), "null");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"one":["u"],"reason":"x"})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"one":["v"],"reason":"x"})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"one":[],"reason":"x"})");
}

TEST_F(Pairing, ACommandThatTakesTooLongHasFailed) {
  use({{"timeout", 0.5}});
  EXPECT_EQ(take("ask", "u"), "null");
  clock_.advance(Millis(499));
  EXPECT_EQ(take("late", ""), R"({"late":[]})");
  EXPECT_EQ(take("ask", "v"), "null");
  clock_.advance(Millis(1));
  EXPECT_EQ(take("late", ""), R"({"late":["u"]})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"one":["v"],"reason":"x"})");
}

TEST_F(Pairing, OnlyTheClockTakesWhatIsLateSoNobodyIsForgotten) {
  use({{"timeout", 0.5}});
  take("ask", "u");
  take("ask", "v");
  clock_.advance(Millis(500));
  EXPECT_EQ(take("ask", "w"), "null");
  EXPECT_EQ(take("ended", "m"), R"({"one":["u"],"reason":"The monitor gave no reason"})");
  EXPECT_EQ(take("late", ""), R"({"late":["v"]})");
}

TEST_F(Pairing, WhenTheMonitorGoesItsCommandsHaveFailed) {
  use({{"timeout", 30}});
  take("ask", "u");
  take("ask", "v");
  EXPECT_EQ(take("gone", "m"), R"({"late":["u","v"]})");
}

TEST_F(Pairing, TooManyOpenCommandsAreRefused) {
  use({{"timeout", 30}});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(take("ask", "u"), "null");
  EXPECT_EQ(take("ask", "u"), "too_many_commands");
}

TEST_F(Pairing, SaysWhatItsSettingsAre) {
  const auto said = [](Json values) { return settings_complaints(polygate_plugin_monitor_relay, values); };
  EXPECT_EQ(said({{"pair", {{"timeout", 30}}}}), "");
  EXPECT_EQ(said({{"pair", {{"timeout", 0.5}}}, {"other", 1}}), "");
  EXPECT_EQ(said(Json::object()), ": missing property \"pair\"\n");
  EXPECT_EQ(said({{"pair", Json::object()}}), "/pair: missing property \"timeout\"\n");
  EXPECT_EQ(said({{"pair", false}}), "/pair: expected object, found boolean\n");
  EXPECT_EQ(said({{"pair", {{"timeout", 0}}}}), "/pair/timeout: expected more than 0, found 0\n");
  EXPECT_EQ(said({{"pair", {{"timeout", 86'401}}}}), "/pair/timeout: expected at most 86400, found 86401\n");
  EXPECT_EQ(said({{"pair", {{"timeout", "30s"}}}}), "/pair/timeout: expected number, found string\n");
  EXPECT_EQ(said({{"pair", {{"timeout", 1}, {"time", 1}}}}), "/pair/time: unknown property \"time\"\n");
}

}  // namespace
}  // namespace polygate

#include <gtest/gtest.h>

#include "tests/unit/plugin/entries.h"

namespace polygate {
namespace {

/// Says what the handler answers, as JSON text.
class Pairing : public testing::Test {
 protected:
  void use(Json pair) {
    handler_ =
        make_handler(polygate_plugin_monitor_relay, "pair", {.values = {{"pair", std::move(pair)}}, .clock = &clock_});
  }
  std::string take(const std::string& step, const std::string& session, Json data = nullptr) {
    const Outcome outcome = handler_(
        {.session = session, .data = std::move(data), .with = {{"step", step}, {"monitors", Json::array({"a1"})}}});
    return outcome.accepted() ? outcome.result().dump() : outcome.message();
  }

  ManualClock clock_;
  HandlerFunction handler_;
};

TEST_F(Pairing, OffEverybodyHearsWhatBecameOfACommand) {
  use(false);
  EXPECT_EQ(take("ask", "u"), "null");
  EXPECT_EQ(take("ended", "m", {{"reason", "no water"}}),
            R"({"everyone":["a1"],"late":[],"one":[],"reason":"no water"})");
  EXPECT_EQ(take("gone", "m"), R"({"everyone":[],"late":[],"one":[],"reason":"The monitor gave no reason"})");
}

TEST_F(Pairing, OnOnlyWhoAskedHearsFirstInFirstOut) {
  use({{"timeout", 30}});
  EXPECT_EQ(take("ask", "u"), R"({"late":[]})");
  EXPECT_EQ(take("ask", "v"), R"({"late":[]})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"everyone":[],"late":[],"one":["u"],"reason":"x"})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"everyone":[],"late":[],"one":["v"],"reason":"x"})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"everyone":[],"late":[],"one":[],"reason":"x"})");
}

TEST_F(Pairing, ACommandThatTakesTooLongHasFailed) {
  use({{"timeout", 0.5}});
  EXPECT_EQ(take("ask", "u"), R"({"late":[]})");
  clock_.advance(Millis(499));
  EXPECT_EQ(take("ask", "v"), R"({"late":[]})");
  clock_.advance(Millis(1));
  EXPECT_EQ(take("tick", ""), R"({"everyone":[],"late":["u"],"one":[],"reason":"The monitor gave no reason"})");
  EXPECT_EQ(take("ended", "m", {{"reason", "x"}}), R"({"everyone":[],"late":[],"one":["v"],"reason":"x"})");
}

TEST_F(Pairing, WhenTheMonitorGoesItsCommandsHaveFailed) {
  use({{"timeout", 30}});
  take("ask", "u");
  take("ask", "v");
  EXPECT_EQ(take("gone", "m", {{"reason", "x"}}), R"({"everyone":[],"late":["u","v"],"one":[],"reason":"x"})");
}

TEST_F(Pairing, TooManyOpenCommandsAreRefused) {
  use({{"timeout", 30}});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(take("ask", "u"), R"({"late":[]})");
  EXPECT_EQ(take("ask", "u"), "Too many commands wait for the monitor");
}

TEST_F(Pairing, WrongSettingsStopTheStart) {
  const auto said = [&](Json pair) {
    return complaint(polygate_plugin_monitor_relay, "pair", {.values = {{"pair", std::move(pair)}}, .clock = &clock_});
  };
  EXPECT_EQ(said(false), "");
  EXPECT_EQ(said({{"timeout", 30}}), "");
  const std::string wrong = "settings.pair is false, or {timeout: 30}: seconds, more than 0";
  EXPECT_EQ(said(true), wrong);
  EXPECT_EQ(said({{"timeout", 0}}), wrong);
  EXPECT_EQ(said({{"timeout", "30s"}}), wrong);
}

}  // namespace
}  // namespace polygate

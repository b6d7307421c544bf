#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/plugin/entries.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

using testing::HasSubstr;

class SensorTelemetry : public testing::Test {
 protected:
  SensorTelemetry() : store_(std::move(*open_sqlite(folder_ / "db", {.max_bytes = 1 << 20}))) {
    clock_.set_unix_seconds(1'000'000.5);
  }

  HandlerFunction make(std::string_view name, Json values = Json::object()) {
    return make_handler(polygate_plugin_sensor_telemetry, name,
                        {.values = std::move(values), .store = store_.get(), .clock = &clock_});
  }
  StoreValue one(std::string_view sql) { return (*store_->query(sql, {}))[0][0]; }
  static Call reading(std::string event, Json data) {
    return {.event = std::move(event), .session = "session-1", .data = std::move(data)};
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  std::unique_ptr<Store> store_;
};

TEST_F(SensorTelemetry, AReadingIsOnDiskBeforeItIsAccepted) {
  auto record = make("record");
  auto outcome = record(reading("temperature", {{"time", 8273663}, {"record", 223}}));
  ASSERT_TRUE(outcome.accepted()) << outcome.message();
  EXPECT_EQ(outcome.result(), Json({{"received", 1'000'000.5}}));
  auto rows = store_->query("SELECT received, controller, event, time, record, data FROM readings", {});
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ((*rows)[0],
            (StoreRow{1'000'000.5, std::string("session-1"), std::string("temperature"), std::int64_t{8273663},
                      std::int64_t{223}, std::string(R"({"record":223,"time":8273663})")}));
}

TEST_F(SensorTelemetry, EveryKindOfRecordIsKeptAsItIs) {
  auto record = make("record");
  const std::vector<std::pair<Json, StoreValue>> kinds = {
      {49.3, 49.3},
      {-4, std::int64_t{-4}},
      {true, std::int64_t{1}},
      {"dry", std::string("dry")},
      {{{"low", 1}}, std::string(R"({"low":1})")},
      {18'446'744'073'709'551'615U, std::string("18446744073709551615")},
      {nullptr, nullptr},
  };
  for (const auto& [sent, kept] : kinds) {
    ASSERT_TRUE(record(reading("x", {{"record", sent}})).accepted());
    EXPECT_EQ(one("SELECT record FROM readings ORDER BY id DESC LIMIT 1"), kept) << sent;
  }
  ASSERT_TRUE(record(reading("no_object", "text")).accepted());
}

TEST_F(SensorTelemetry, TheControllerIsWhomTheRuleNamesElseTheUserElseTheSession) {
  auto record = make("record");
  Call call = reading("x", Json::object());
  ASSERT_TRUE(record(call).accepted());
  call.user = "u";
  ASSERT_TRUE(record(call).accepted());
  call.with = {{"controller", "field-7"}};
  ASSERT_TRUE(record(call).accepted());
  EXPECT_EQ(one("SELECT group_concat(controller) FROM readings"), StoreValue("session-1,u,field-7"));
}

TEST_F(SensorTelemetry, WithoutAStoreItDoesNotStart) {
  for (const char* name : {"record", "history"}) {
    EXPECT_THAT(complaint(polygate_plugin_sensor_telemetry, name, {.clock = &clock_}),
                HasSubstr("readings need a store, and the deployment has none"));
  }
}

TEST_F(SensorTelemetry, WrongSettingsDoNotStart) {
  const auto says = [&](Json values) {
    return complaint(polygate_plugin_sensor_telemetry, "record",
                     {.values = std::move(values), .store = store_.get(), .clock = &clock_});
  };
  EXPECT_THAT(says({{"telemetry", {{"keep", 4}}}}), HasSubstr("unknown key `keep`, expected keep_days"));
  EXPECT_THAT(says({{"telemetry", {{"keep_days", "4d"}}}}),
              HasSubstr("keep_days: found \"4d\", expected a number above 0"));
  EXPECT_THAT(says({{"telemetry", 4}}), HasSubstr("must be a mapping"));
  EXPECT_EQ(says({{"something else", 4}}), "");
}

TEST_F(SensorTelemetry, ReadingsOlderThanTheirTimeGo) {
  const Json settings = {{"telemetry", {{"keep_days", 1}}}};
  ASSERT_TRUE(make("record", settings)(reading("old", Json::object())).accepted());
  clock_.advance(std::chrono::hours(25));
  // An instance cleans up with its first write, and then with every 256th.
  ASSERT_TRUE(make("record", settings)(reading("new", Json::object())).accepted());
  EXPECT_EQ(one("SELECT group_concat(event) FROM readings"), StoreValue("new"));
}

TEST_F(SensorTelemetry, T72_AReadingThatTheStoreDoesNotTakeFailsForItsReasonInOurWords) {
  auto record = make("record");
  Outcome outcome = Outcome::accept();
  while (outcome.accepted()) outcome = record(reading("x", {{"record", std::string(50'000, 'x')}}));
  EXPECT_EQ(outcome.reason(), Reason::limited);
  EXPECT_EQ(outcome.message(), "the reading was not recorded");
  EXPECT_THAT(outcome.details(), HasSubstr("store: database or disk is full"));
}

TEST_F(SensorTelemetry, HistoryIsReadBackNewestFirst) {
  auto record = make("record");
  auto history = make("history");
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(record(reading(i % 2 == 0 ? "even" : "odd", {{"record", i}})).accepted());
    clock_.advance(std::chrono::seconds(1));
  }
  const auto records = [&](Json with) {
    auto outcome = history({.with = std::move(with)});
    EXPECT_TRUE(outcome.accepted()) << outcome.message();
    Json found = Json::array();
    for (const Json& one : outcome.result().value("readings", Json::array())) found.push_back(one["data"]["record"]);
    return found;
  };
  EXPECT_EQ(records({}), Json({4, 3, 2, 1, 0}));
  EXPECT_EQ(records({{"event", "even"}}), Json({4, 2, 0}));
  EXPECT_EQ(records({{"event", nullptr}, {"limit", "2"}}), Json({4, 3}));
  EXPECT_EQ(records({{"since", 1'000'001.5}, {"until", "1000003.5"}}), Json({2, 1}));
  EXPECT_EQ(records({{"controller", "nobody"}}), Json::array());
  EXPECT_EQ(records({{"event", "x' OR 1=1 --"}}), Json::array());
}

TEST_F(SensorTelemetry, HistoryRefusesWhatItDoesNotUnderstand) {
  auto history = make("history");
  const auto says = [&](Json with) { return history({.with = std::move(with)}).message(); };
  EXPECT_THAT(says({{"limit", 0}}), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(says({{"limit", 1001}}), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(says({{"since", "yesterday"}}), HasSubstr("since: found \"yesterday\", expected a number"));
  EXPECT_THAT(says({{"event", 4}}), HasSubstr("event: found 4, expected text"));
  EXPECT_THAT(says({{"order", 4}}), HasSubstr("unknown field `order`"));
}

}  // namespace
}  // namespace polygate

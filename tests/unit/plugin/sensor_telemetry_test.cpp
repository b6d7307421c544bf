#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite_store.h"
#include "gateway/store/waiting.h"
#include "tests/unit/plugin/entries.h"
#include "tests/unit/store/temporary_folder.h"

namespace polygate {
namespace {

using testing::HasSubstr;

void must_define(Store& store, std::string_view sql) {
  const auto run = [&](Transaction& db) -> Result<void> {
    const Result<StoreRows> ran = db.run(sql);
    return ran ? Result<void>() : ran.failure();
  };
  const Result<void> done = write_and_wait(store, "", run, true);
  ASSERT_TRUE(done) << done.failure().details;
}

class SensorTelemetry : public testing::Test {
 protected:
  SensorTelemetry() : store_(std::move(*open_sqlite(folder_ / "db", {.max_bytes = 1 << 20}))) {
    clock_.set_unix_seconds(1'000'000.5);
    migrate_for(polygate_plugin_sensor_telemetry, *store_);
  }

  HandlerFunction make(std::string_view name, Json values = Json::object()) {
    auto handler = make_handler(polygate_plugin_sensor_telemetry, name,
                                {.values = std::move(values), .store = store_.get(), .clock = &clock_});
    return [this, handler](const Call& call) { return settled(*store_, handler(call)); };
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
            (StoreRow{1'000'000.5, "session-1", "temperature", 8273663.0, 223.0, R"({"record":223,"time":8273663})"}));
}

TEST_F(SensorTelemetry, ARecordThatIsANumberHasAColumnAndDataHasEveryKind) {
  auto record = make("record");
  const std::vector<std::pair<Json, StoreValue>> kinds = {
      {49.3, 49.3},       {-4, -4.0}, {true, 1.0}, {false, 0.0}, {"dry", nullptr}, {{{"low", 1}}, nullptr},
      {nullptr, nullptr},
  };
  for (const auto& [sent, kept] : kinds) {
    ASSERT_TRUE(record(reading("x", {{"record", sent}})).accepted());
    EXPECT_EQ(one("SELECT record FROM readings ORDER BY id DESC LIMIT 1"), kept) << sent;
    EXPECT_EQ(one("SELECT data FROM readings ORDER BY id DESC LIMIT 1"), StoreValue(Json({{"record", sent}}).dump()));
  }
  ASSERT_TRUE(record(reading("no_object", "text")).accepted());
}

TEST_F(SensorTelemetry, AReadingIsAWriteUnderItsController) {
  const auto record =
      make_handler(polygate_plugin_sensor_telemetry, "record", {.store = store_.get(), .clock = &clock_});
  const Outcome outcome = record(reading("x", Json::object()));
  EXPECT_TRUE(outcome.writes());
  EXPECT_FALSE(outcome.accepted());
  EXPECT_EQ(outcome.key(), "session-1");
  EXPECT_EQ(one("SELECT count(*) FROM readings"), StoreValue(std::int64_t{0}));
}

TEST_F(SensorTelemetry, ReadingsOfAStoreThatIsOlderThanMigrationsStay) {
  TemporaryFolder folder;
  auto old = std::move(*open_sqlite(folder / "db"));
  must_define(*old,
              "CREATE TABLE readings (id @id, received DOUBLE PRECISION NOT NULL, controller TEXT NOT NULL, "
              "event TEXT NOT NULL, time, record, data TEXT NOT NULL)");
  must_define(*old,
              "INSERT INTO readings (received, controller, event, time, record, data) "
              "VALUES (1, 'c', 'old', 'noon', 2, '{}')");
  migrate_for(polygate_plugin_sensor_telemetry, *old);
  auto record = make_handler(polygate_plugin_sensor_telemetry, "record", {.store = old.get(), .clock = &clock_});
  ASSERT_TRUE(settled(*old, record(reading("new", {{"record", 3}}))).accepted());
  EXPECT_EQ(*old->query("SELECT event, time, record FROM readings ORDER BY id"),
            (StoreRows{{"old", "noon", std::int64_t{2}}, {"new", nullptr, 3.0}}));
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

TEST_F(SensorTelemetry, SaysWhatItsSettingsAre) {
  const auto said = [](Json values) { return settings_complaints(polygate_plugin_sensor_telemetry, values); };
  EXPECT_EQ(said(Json::object()), "");
  EXPECT_EQ(said({{"telemetry", {{"keep_days", 0.5}}}, {"something else", 4}}), "");
  EXPECT_EQ(said({{"telemetry", {{"keep", 4}}}}), "/telemetry/keep: unknown property \"keep\"\n");
  EXPECT_EQ(said({{"telemetry", {{"keep_days", "4d"}}}}), "/telemetry/keep_days: expected number, found string\n");
  EXPECT_EQ(said({{"telemetry", {{"keep_days", 0}}}}), "/telemetry/keep_days: expected more than 0, found 0\n");
  EXPECT_EQ(said({{"telemetry", 4}}), "/telemetry: expected object, found integer\n");
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
  EXPECT_THAT(outcome.details(), HasSubstr("database or disk is full"));
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

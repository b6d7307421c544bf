// The claim that nobody gets around the checks, held against random conversations: every event that comes in gets a
// verdict, and every message that goes out matches the schema of its event, whatever was said before.
#include <gtest/gtest.h>

#include <random>

#include "gateway/auth/sign.h"
#include "gateway/profile/profile.h"
#include "tests/talks/driver.h"

namespace polygate::talks {
namespace {

constexpr char kAgent[] = "a1a1a1a1-0000-4000-8000-000000000001";
constexpr char kPrinter[] = "f0000000-0000-4000-8000-000000000001";

struct Say {
  std::string who;
  Json message;
};

/// What clients of both families say when they are right.
std::vector<Say> right(const std::string& token) {
  const Json job = {
      {"type", "START"}, {"agent_uuid", kAgent}, {"printer_uuid", kPrinter}, {"print_file_uuid", kPrinter}};
  return {
      {"controller", {{"event", "temperature"}, {"data", {{"time", 1}, {"record", 20.5}}}}},
      {"controller", {{"event", "humidity"}, {"data", {{"time", 1}, {"record", 50}}}}},
      {"controller", {{"event", "irrigation_started"}, {"data", {{"time", 1}, {"zones", {"north"}}}}}},
      {"controller", {{"event", "sensor_disconnected"}, {"data", {{"time", 1}, {"sensor", "rain"}}}}},
      {"dashboard", {{"event", "command"}, {"data", {{"cmd", "irrigation start"}}}}},
      {"user", {{"type", "authentication"}, {"data", {{"token", token}}}}},
      {"agent", {{"type", "authentication"}, {"data", {{"token", "token-of-agent-one"}}}}},
      {"user", {{"type", "print_job"}, {"data", job}}},
      {"user",
       {{"type", "printer_command"},
        {"data", {{"agent_uuid", kAgent}, {"printer_uuid", kPrinter}, {"command", "G28"}}}}},
      {"agent", {{"type", "printer_status"}, {"data", {{"printer_uuid", kPrinter}, {"status", "available"}}}}},
      {"agent", {{"type", "print_job"}, {"data", {{"status", "success"}, {"printer_uuid", kPrinter}}}}},
  };
}

/// Breaks one thing somewhere.
void break_something(Json& value, std::mt19937& random) {
  static const std::vector<Json> kStrange = {nullptr,       true,           -1,     1.5,  "", "x",
                                             Json::array(), Json::object(), "🙂", 1e300};
  if (value.is_object() && !value.empty()) {
    auto at = value.begin();
    std::advance(at, random() % value.size());
    switch (random() % 4) {
      case 0:
        value.erase(at);
        return;
      case 1:
        at.value() = kStrange[random() % kStrange.size()];
        return;
      case 2:
        value["__proto__"] = 1;
        return;
      default:
        break_something(at.value(), random);
        return;
    }
  }
  value = kStrange[random() % kStrange.size()];
}

/// Is `message` one that its profile's contract allows to leave?
::testing::AssertionResult allowed(const profile::Profile& profile, const std::string& message) {
  json::Document document;
  const auto event = profile.dialect->decode({true, message, {}, {}}, document, {});
  if (!event) return ::testing::AssertionFailure() << message << ": " << event.failure().message;
  bool any = false;
  for (const char* suffix : {"", ".send", ".reply"}) {
    const auto schema = profile.schemas.find(std::string(event->name) + suffix);
    any = any || (schema != profile.schemas.end() && schema->second->valid(event->data));
  }
  if (!any) return ::testing::AssertionFailure() << "left unchecked: " << message;
  return ::testing::AssertionSuccess();
}

TEST(ChokePoint, NothingEntersOrLeavesUnchecked) {
  std::mt19937 random(20'261'120);
  for (int conversation = 0; conversation < 8; ++conversation) {
    const auto driver = in_process();
    ASSERT_EQ(driver->connect("controller", "/", {}), 101);
    ASSERT_EQ(driver->connect("dashboard", "/clients/7", {}), 101);
    ASSERT_EQ(driver->connect("user", "/api/v1/ws", {}), 101);
    ASSERT_EQ(driver->connect("agent", "/api/v1/ws/agent", {}), 101);
    auth::SignSettings settings;
    settings.key = "not the talks' secret, so that it is refused";
    const auto token = auth::sign_jwt({{"sub", "alice"}, {"exp", 2e9}}, settings);
    ASSERT_TRUE(token);
    const std::vector<Say> all = right(*token);
    std::uint64_t said = 0;
    for (int i = 0; i < 100; ++i) {
      Say say = all[random() % all.size()];
      if (random() % 2 == 0) break_something(say.message, random);
      const std::string text = say.message.dump();
      driver->say(say.who, {{random() % 20 == 0 ? text.substr(1) : text, true}}, End::none);
      ++said;
    }
    // Handlers of other threads may still have an answer for each of them: the meter tells when all have come.
    const session::Meter* meter = driver->meter();
    ASSERT_NE(meter, nullptr);
    for (const char* who : {"controller", "dashboard", "user", "agent"}) {
      const bool telemetry = std::string_view(who) == "controller" || std::string_view(who) == "dashboard";
      const profile::Profile& profile = *driver->deployment().profiles()[telemetry ? 0 : 1];
      for (const Heard& heard : driver->waiting(who)) {
        if (heard.kind != Heard::Kind::message) break;
        EXPECT_TRUE(allowed(profile, heard.message.bytes));
      }
    }
    std::uint64_t incoming = 0;
    for (const session::Meter::Profile& counts : driver->meter()->profiles) {
      EXPECT_EQ(counts.outgoing, counts.outgoing_checked);
      EXPECT_EQ(counts.outgoing_invalid, 0U);
      EXPECT_GE(counts.incoming, counts.incoming_checked);
      incoming += counts.incoming;
    }
    EXPECT_LE(incoming, said);
    EXPECT_GT(incoming, 0U);
  }
}

}  // namespace
}  // namespace polygate::talks

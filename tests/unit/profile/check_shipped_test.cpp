#include <gtest/gtest.h>

#include "tests/unit/profile/deployment.h"

/// What the shipped schemas and rules let through: the documents' own examples, and nothing that could hurt.
namespace polygate::profile {
namespace {

class Shipped {
 public:
  explicit Shipped(const std::string& name) : library_(kSource / "schemas") {
    profile_ = read_file(kSource / "profiles" / (name + ".yaml"), name, Caps{}, diagnostics_);
    check(*profile_, surroundings(library_), diagnostics_);
  }
  bool accepts(const std::string& event, const std::string& data) const {
    json::Document document;
    return document.parse(data) && profile_->schemas.at(event)->valid(document.root());
  }
  /// May a session in `role` send `event`?
  bool may_send(const std::string& role, const std::string& event) const {
    const auto rules = profile_->events.find(event);
    if (rules == profile_->events.end()) return false;
    for (const Rule& rule : rules->second) {
      for (const RoleIndex index : rule.from) {
        if (profile_->role_name(index) == role) return true;
      }
    }
    return false;
  }

  const Profile& profile() const { return *profile_; }

 private:
  Diagnostics diagnostics_;
  schema::Library library_;
  std::shared_ptr<Profile> profile_;
};

constexpr char kId[] = "7d4ce00f-d60a-4504-96ab-31a83f848722";

std::string with_ids(std::string text) {
  for (std::size_t at = text.find('#'); at != std::string::npos; at = text.find('#')) text.replace(at, 1, kId);
  return text;
}

TEST(ConnectData, IsKeptOnlyWhereSomeRuleNamesIt) {
  EXPECT_TRUE(Shipped("examples/socketio-echo").profile().auth_used);
  EXPECT_FALSE(Shipped("monitor-relay").profile().auth_used);
}

TEST(SensorTelemetry, AcceptsTheDocumentsExamples) {
  const Shipped shipped("sensor-telemetry");
  EXPECT_TRUE(shipped.accepts("temperature", R"({"time": 8273663, "record": 223})"));
  EXPECT_TRUE(shipped.accepts("humidity", R"({"time": 8273663, "record": 49.3, "controller": "esp8266"})"));
  EXPECT_TRUE(shipped.accepts("soil_moisture", R"({"time": 0.5, "record": true})"));
  EXPECT_TRUE(shipped.accepts("irrigation_started", R"({"time": 8273663, "zones": ["zone1", "zone2"]})"));
  EXPECT_TRUE(shipped.accepts("irrigation_stopped", R"({"time": 8273663, "zones": []})"));
  EXPECT_TRUE(shipped.accepts("sensor_disconnected", R"({"time": 1122, "sensor": "humidity and sensor"})"));
  EXPECT_TRUE(shipped.accepts("command", R"({"cmd": "irrigation start"})"));
  EXPECT_TRUE(shipped.accepts("command", R"({"cmd": "config --socket_send_data_seconds 3 --verbose on"})"));
}

TEST(SensorTelemetry, RefusesReadingsThatAreNone) {
  const Shipped shipped("sensor-telemetry");
  for (const char* wrong : {"null", "[]", "{}", R"({"time": 1})", R"({"record": 1})", R"({"time": "1", "record": 1})",
                            R"({"time": 1, "record": "1"})", R"({"time": 1, "record": null})"}) {
    EXPECT_FALSE(shipped.accepts("temperature", wrong)) << wrong;
  }
  EXPECT_FALSE(shipped.accepts("irrigation_started", R"({"time": 1, "zones": "zone1"})"));
  EXPECT_FALSE(shipped.accepts("sensor_disconnected", R"({"time": 1, "sensor": ""})"));
}

TEST(PrinterFleet, AcceptsTheDocumentsExamples) {
  const Shipped shipped("printer-fleet");
  const auto accepts = [&](const char* event, const char* data) { return shipped.accepts(event, with_ids(data)); };
  EXPECT_TRUE(accepts("authentication", R"({"token": "eyJ0eXAi.eyJleHAi.U11r"})"));
  EXPECT_TRUE(
      accepts("print_job", R"({"type": "START", "agent_uuid": "#", "print_file_uuid": "#", "printer_uuid": "#"})"));
  EXPECT_TRUE(accepts("print_job", R"({"type": "PAUSE", "agent_uuid": "#", "printer_uuid": "#"})"));
  EXPECT_TRUE(accepts("print_job", R"({"status": "error", "message": "no paper", "printer_uuid": "#"})"));
  EXPECT_TRUE(accepts("printer_command", R"({"agent_uuid": "#", "printer_uuid": "#", "command": "G28"})"));
  EXPECT_TRUE(accepts("printer_status", R"({"agent_uuid": "#", "printer_uuid": "#", "printer_identifier": "Demo",
      "printer_adapter_identifier": "SERIAL", "printer_adapter_interface": "/dev/ttyUSB0", "status": "available",
      "job": null, "state": {"temperature": {"bed": 0, "tool0": 0, "tool1": 0.5}}})"));
  EXPECT_TRUE(accepts("printer_status", R"({"printer_uuid": "#", "status": "busy", "job": {"print_file_uuid": "#",
      "name": "File.gcode", "size": 4106612, "progress": 0.5}})"));
  EXPECT_TRUE(accepts("agent_status", R"({"agent_uuid": "#", "agent_name": "Demo", "agent_identifier": "Demo",
      "status": "offline"})"));
  EXPECT_TRUE(accepts("error", R"({"status": "ERROR", "message": "x"})"));
  EXPECT_FALSE(accepts("error", R"({"status": "ERROR"})"));
}

TEST(PrinterFleet, RefusesHalfARequest) {
  const Shipped shipped("printer-fleet");
  const auto accepts = [&](const char* event, const char* data) { return shipped.accepts(event, with_ids(data)); };
  EXPECT_FALSE(accepts("print_job", R"({"type": "START", "agent_uuid": "#", "printer_uuid": "#"})"));
  EXPECT_FALSE(accepts("print_job", R"({"type": "STOP", "agent_uuid": "#", "printer_uuid": "#"})"));
  EXPECT_FALSE(accepts("print_job", R"({"type": "PAUSE", "agent_uuid": "a/b", "printer_uuid": "#"})"));
  EXPECT_FALSE(accepts("printer_command", R"({"agent_uuid": "#", "printer_uuid": "#"})"));
  EXPECT_FALSE(accepts("printer_status", R"({"printer_uuid": "#", "status": "gone"})"));
  EXPECT_FALSE(accepts("authentication", R"({"token": ""})"));
}

TEST(Threats, T36_NobodySendsWhatOnlyTheOtherSideMaySay) {
  const Shipped fleet("printer-fleet");
  EXPECT_FALSE(fleet.may_send("user", "printer_status"));
  EXPECT_FALSE(fleet.may_send("user", "agent_status"));
  EXPECT_FALSE(fleet.may_send("agent", "agent_status"));
  for (const char* event : {"print_job", "printer_command", "printer_status"}) {
    EXPECT_FALSE(fleet.may_send("visitor", event));
    EXPECT_FALSE(fleet.may_send("newcomer", event));
  }
  const Shipped sensors("sensor-telemetry");
  EXPECT_FALSE(sensors.may_send("dashboard", "temperature"));
  EXPECT_FALSE(sensors.may_send("dashboard", "irrigation_started"));
  EXPECT_FALSE(sensors.may_send("controller", "command"));
}

TEST(Threats, T52_NamesThatHurtBrowsersAreRefusedAtEveryDepth) {
  const Shipped sensors("sensor-telemetry");
  const Shipped fleet("printer-fleet");
  for (const std::string name : {"__proto__", "constructor", "prototype"}) {
    EXPECT_FALSE(sensors.accepts("temperature", R"({"time": 1, "record": 1, ")" + name + "\": 1}")) << name;
    EXPECT_FALSE(sensors.accepts("temperature", R"({"time": 1, "record": 1, "a": [{"b": {")" + name + "\": 1}}]}"));
    EXPECT_FALSE(fleet.accepts("printer_status",
                               with_ids(R"({"printer_uuid": "#", "status": "busy", "job": {")") + name + "\": {}}}"));
    EXPECT_FALSE(
        fleet.accepts("printer_status",
                      with_ids(R"({"printer_uuid": "#", "status": "busy", "state": {"x": [{")") + name + "\": {}}]}}"));
  }
}

}  // namespace
}  // namespace polygate::profile

// The claim that nobody gets around the checks, held against random conversations: every event that comes in gets
// exactly one verdict, and every message that goes out matches the schema of its event, whatever was said before.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>
#include <random>

#include "gateway/auth/sign.h"
#include "gateway/profile/profile.h"
#include "tests/talks/driver.h"
#include "tests/talks/scratch.h"

namespace polygate::talks {
namespace {

constexpr char kAgent[] = "a1a1a1a1-0000-4000-8000-000000000001";
constexpr char kPrinter[] = "f0000000-0000-4000-8000-000000000001";
constexpr char kMonitor[] = "672ef79b4d0a4805bc529d1ae44bc26b";

/// Who takes part: the profile that is spoken, where it is met, and what is said there when all is right.
struct Role {
  std::string who;
  std::size_t profile;
  std::string target;
  std::vector<Json> says;  ///< messages, with Socket.IO the arrays of their events
};

std::string token() {
  auth::SignSettings settings;
  settings.key = read_text(kFolder / "keys/users.secret");
  while (!settings.key.empty() && settings.key.back() == '\n') settings.key.pop_back();
  const auto made = auth::sign_jwt({{"sub", "alice"}, {"exp", 4e9}}, settings);
  return made ? *made : std::string();
}

std::vector<Role> roles() {
  const Json job = {
      {"type", "START"}, {"agent_uuid", kAgent}, {"printer_uuid", kPrinter}, {"print_file_uuid", kPrinter}};
  const Json command = {{"agent_uuid", kAgent}, {"printer_uuid", kPrinter}, {"command", "G28"}};
  const std::vector<Json> relay = {
      {"con", {{"monitor_id", kMonitor}}},    {"query", {{"monitor_id", kMonitor}}},
      {"command send", {{"command", "ON"}}},  {"command done", Json::object()},
      {"command error", {{"reason", "jam"}}},
  };
  const auto event = [](const char* name, Json data) { return Json{{"event", name}, {"data", std::move(data)}}; };
  const auto type = [](const char* name, Json data) { return Json{{"type", name}, {"data", std::move(data)}}; };
  return {
      {"controller",
       0,
       "/",
       {event("temperature", {{"time", 1}, {"record", 20.5}}), event("humidity", {{"time", 1}, {"record", 50}}),
        event("irrigation_started", {{"time", 1}, {"zones", {"north"}}}),
        event("sensor_disconnected", {{"time", 1}, {"sensor", "rain"}})}},
      {"dashboard", 0, "/clients/7", {event("command", {{"cmd", "irrigation start"}})}},
      {"user",
       1,
       "/api/v1/ws",
       {type("authentication", {{"token", token()}}), type("print_job", job), type("printer_command", command)}},
      {"agent",
       1,
       "/api/v1/ws/agent",
       {type("authentication", {{"token", "token-of-agent-one"}}),
        type("printer_status", {{"printer_uuid", kPrinter}, {"status", "available"}}),
        type("print_job", {{"status", "success"}, {"printer_uuid", kPrinter}})}},
      {"monitor", 2, "/monitor/socket.io/", relay},
      {"viewer", 2, "/monitor/socket.io/", relay},
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
  if (value.is_array() && !value.empty() && random() % 8 != 0) {
    break_something(value[random() % value.size()], random);
    return;
  }
  value = kStrange[random() % kStrange.size()];
}

/// Is `message` one that its profile's contract allows to leave?
::testing::AssertionResult allowed(const profile::Profile& profile, std::string_view message) {
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

/// Everybody talks at random, right and wrong. Who is closed comes back.
class Crowd {
 public:
  explicit Crowd(unsigned seed) : random_(seed), driver_(in_process()), roles_(roles()) {
    for (const Role& role : roles_) enter(role);
  }

  void talk(int times) {
    for (int i = 0; i < times; ++i) {
      const Role& role = roles_[random_() % roles_.size()];
      Json message = role.says[random_() % role.says.size()];
      if (random_() % 2 == 0) break_something(message, random_);
      say(role, message, random_() % 20 == 0);
    }
  }

  /// Until the handlers of other threads have answered, and every event that came in has its verdict.
  void settle() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto waits = [](const auto& counts) { return counts.incoming != counts.incoming_checked; };
    do {
      for (const Role& role : roles_) listen(role);
    } while (std::any_of(meter().profiles.begin(), meter().profiles.end(), waits) &&
             std::chrono::steady_clock::now() < until);
  }

  /// How many events were said.
  std::uint64_t said() const { return said_; }
  const session::Meter& meter() { return *driver_->meter(); }

 private:
  const profile::Profile& profile(const Role& role) { return *driver_->deployment().profiles()[role.profile]; }
  bool socket_io(const Role& role) { return profile(role).dialect->traits().acknowledgements; }

  void enter(const Role& role) {
    ASSERT_EQ(driver_->connect(role.who, role.target, {}, false), 101);
    if (socket_io(role)) driver_->say(role.who, {{"40", true}}, End::none);
  }

  void say(const Role& role, const Json& message, bool malformed) {
    std::string text = message.dump();
    if (socket_io(role)) {
      text = message.is_array() && !malformed ? "42" + text : "42[7," + text + "]";
    } else if (malformed) {
      text.erase(0, 1);
    }
    driver_->say(role.who, {{text, true}}, End::none);
    ++said_;
    listen(role);
    // What waits behind an event that ends its connection is dropped: here nothing does.
    if (socket_io(role)) settle();
  }

  void listen(const Role& role) {
    for (const Heard& heard : driver_->waiting(role.who)) listen(role, heard);
  }

  void listen(const Role& role, const Heard& heard) {
    if (heard.kind == Heard::Kind::closed) return enter(role);
    std::string_view text = heard.message.bytes;
    if (socket_io(role)) {
      if (!text.starts_with("42")) return;
      text.remove_prefix(2);
    }
    EXPECT_TRUE(allowed(profile(role), text));
  }

  std::mt19937 random_;
  std::unique_ptr<Driver> driver_;
  const std::vector<Role> roles_;
  std::uint64_t said_ = 0;
};

TEST(ChokePoint, EveryEventGetsOneVerdictAndNothingLeavesUnchecked) {
  for (unsigned conversation = 0; conversation < 8; ++conversation) {
    Crowd crowd(20'261'120 + conversation);
    crowd.talk(200);
    crowd.settle();
    std::uint64_t incoming = 0;
    for (const session::Meter::Profile& counts : crowd.meter().profiles) {
      EXPECT_EQ(counts.outgoing, counts.outgoing_checked);
      EXPECT_EQ(counts.outgoing_invalid, 0U);
      EXPECT_EQ(counts.incoming, counts.incoming_checked);
      EXPECT_EQ(counts.incoming, std::accumulate(counts.counts.begin(), counts.counts.end(), std::uint64_t{0}));
      incoming += counts.incoming;
    }
    EXPECT_EQ(incoming, crowd.said());
  }
}

/// What is right is taken, by each role of each profile: the test above would be empty otherwise.
TEST(ChokePoint, EveryRoleIsTaken) {
  std::map<std::pair<std::size_t, std::string>, std::uint64_t> accepted;
  for (unsigned conversation = 0; conversation < 8; ++conversation) {
    Crowd crowd(conversation);
    crowd.talk(200);
    crowd.settle();
    for (std::size_t profile = 0; profile < 3; ++profile) {
      const session::Meter::Profile& counts = crowd.meter().profiles[profile];
      for (std::size_t i = session::Meter::kVerdicts - 1; i < counts.counts.size(); i += session::Meter::kVerdicts) {
        accepted[{profile, counts.roles[i / session::Meter::kVerdicts % counts.roles.size()]}] += counts.counts[i];
      }
    }
  }
  const std::vector<std::pair<std::size_t, std::string>> all = {
      {0, "controller"}, {0, "dashboard"}, {1, "visitor"}, {1, "user"}, {1, "newcomer"}, {1, "agent"}, {2, "peer"}};
  for (const auto& role : all) EXPECT_GT(accepted[role], 0U) << role.second;
}

}  // namespace
}  // namespace polygate::talks

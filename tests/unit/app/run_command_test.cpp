#include "gateway/app/run_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include "gateway/app/notify.h"
#include "tests/unit/app/served.h"
#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Client;
using test::port_after;
using test::Served;
using test::Workspace;
using testing::HasSubstr;
using testing::StartsWith;

TEST(RunCommand, ServesTellsAndDrainsOnSigterm) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"workers=2"});
  const std::string said = served.start();
  const int main = port_after(said, "listening on ws://");
  const int admin = port_after(said, "admin on http://");
  ASSERT_NE(main, 0) << said << served.errors();
  ASSERT_NE(admin, 0) << said;
  EXPECT_THAT(said, HasSubstr(" (main)\n"));

  const Client session(main);
  EXPECT_THAT(session.open("/notes"), StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(Client(admin).get("/readyz"), StartsWith("HTTP/1.1 200 "));
  const std::string metrics = Client(admin).get("/metrics");
  EXPECT_THAT(metrics, HasSubstr("polygate_sessions{profile=\"notes\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("polygate_handshakes_total{result=\"accepted\"} 1\n"));
  EXPECT_THAT(Client(admin).get("/nothing"), StartsWith("HTTP/1.1 404 "));

  served.signal(SIGHUP);
  EXPECT_THAT(Client(admin).get("/livez"), StartsWith("HTTP/1.1 200 "));
  served.signal(SIGTERM);
  const std::string goodbye = session.read_until("the other side closes");
  EXPECT_THAT(goodbye,
              HasSubstr(std::string("\x88") + char(goodbye.size() > 1 ? goodbye[1] : 0) + "\x03\xe9"));  // 1001
  EXPECT_EQ(served.wait(), 0);
  EXPECT_THAT(served.errors(), HasSubstr("restart to apply"));
}

TEST(RunCommand, TellsSystemdWhenItIsReadyAndWhenItStops) {
  const Workspace workspace;
  const std::string path = workspace.path("notify");
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  Served served(workspace.path("gateway.yaml"), {}, {{"NOTIFY_SOCKET", path}});
  served.start();
  char buffer[64] = {};
  EXPECT_EQ(::recv(fd, buffer, sizeof(buffer), 0), 7);
  EXPECT_STREQ(buffer, "READY=1");
  served.signal(SIGINT);
  EXPECT_EQ(::recv(fd, buffer, sizeof(buffer), 0), 10);
  EXPECT_STREQ(buffer, "STOPPING=1");
  EXPECT_EQ(served.wait(), 0);
  ::close(fd);
}

TEST(RunCommand, EndsWith3WhenTheDrainsCapCutsSessions) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"drain={window: 10ms, cap: 50ms}", "workers=1"});
  const int main = port_after(served.start(), "listening on ws://");
  ASSERT_NE(main, 0);
  const Client session(main);  // never answers the goodbye
  session.open("/notes");
  served.signal(SIGTERM);
  EXPECT_EQ(served.wait(), 3);
}

TEST(RunCommand, ASecondSignalEndsItAtOnce) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"drain={window: 1h, cap: 1h}", "workers=1"});
  const int main = port_after(served.start(), "listening on ws://");
  ASSERT_NE(main, 0);
  std::vector<std::unique_ptr<Client>> sessions;
  for (int i = 0; i < 8; ++i) {
    sessions.push_back(std::make_unique<Client>(main));
    sessions.back()->open("/notes");
  }
  served.signal(SIGTERM);
  while (Client(main).connected()) continue;  // until it drains
  served.signal(SIGTERM);
  EXPECT_EQ(served.wait(), 3);
}

TEST(RunCommand, ABadConfigurationStartsNothingAndEndsWith78) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"limits.conections=3", "workers=none"});
  EXPECT_EQ(served.start(), "");
  EXPECT_EQ(served.wait(), 78);
  const std::string errors = served.errors();
  EXPECT_THAT(errors, HasSubstr("did you mean `connections`?"));
  EXPECT_THAT(errors, HasSubstr("2 problems in 2 files; nothing was started\n"));
}

TEST(RunCommand, AProfileThatAsksForMoreThanItsDeploymentAllowsEndsWith78) {
  const Workspace workspace;
  workspace.write("profiles/notes.yaml", std::string(Workspace::kProfile) + "\nlimits: {memberships: 9}\n");
  Served served(workspace.path("gateway.yaml"), {"limits.memberships=8"});
  EXPECT_EQ(served.start(), "");
  EXPECT_EQ(served.wait(), 78);
  EXPECT_THAT(served.errors(), HasSubstr("notes.yaml:37:23: `memberships` is 9, this deployment allows at most 8\n"));
}

TEST(RunCommand, APortThatIsTakenIsOneSentenceAndEndsWith1) {
  const Workspace workspace;
  Served first(workspace.path("gateway.yaml"), {});
  const std::string port = std::to_string(port_after(first.start(), "listening on ws://"));
  Served second(workspace.path("gateway.yaml"), {"listeners.main.port=" + port});
  EXPECT_EQ(second.start(), "");
  EXPECT_EQ(second.wait(), 1);
  const std::string errors = second.errors();
  EXPECT_THAT(errors, HasSubstr("cannot start: "));
  EXPECT_THAT(errors, HasSubstr(port));
}

TEST(RunCommand, ARuleOfStartedThatFailsIsOneSentenceAndEndsWith1) {
  const Workspace workspace;
  workspace.write("profiles/notes.yaml",
                  std::string(Workspace::kProfile) +
                      "\nsettings: {five: 5}\n"
                      "started: {send: {to: board/main, as: count, data: {colour: $settings.five}, keep: last}}\n");
  Served served(workspace.path("gateway.yaml"), {"workers=2"});
  EXPECT_EQ(served.start(), "");
  EXPECT_EQ(served.wait(), 1);
  const std::string errors = served.errors();
  EXPECT_THAT(errors, HasSubstr("cannot start: the rule of `started` at "));
  EXPECT_THAT(errors, HasSubstr("notes.yaml:38 failed as internal: internal error\n"));
}

TEST(RunCommand, TooFewFileDescriptorsAreOneSentenceAndEndWith1) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"limits.connections=10000000"});
  EXPECT_EQ(served.start(), "");
  EXPECT_EQ(served.wait(), 1);
  EXPECT_THAT(served.errors(), HasSubstr("cannot start: limits.connections is 10000000"));
}

TEST(RunCommand, ACertificateThatIsMissingIsTheConfigurationsFault) {
  const Workspace workspace;
  Served served(workspace.path("gateway.yaml"), {"listeners.main.tls={certificate: no.pem, key: no.pem}"});
  EXPECT_EQ(served.start(), "");
  EXPECT_EQ(served.wait(), 78);
  EXPECT_THAT(served.errors(), HasSubstr("no.pem"));
}

TEST(Notify, DoesNothingWithoutASocketAndTellsOfOneThatIsDead) {
  EXPECT_TRUE(notify(std::nullopt, "READY=1"));
  EXPECT_FALSE(notify("/nonexistent/socket", "READY=1"));
  EXPECT_FALSE(notify(std::string(200, 'x'), "READY=1"));
}

}  // namespace
}  // namespace polygate::app

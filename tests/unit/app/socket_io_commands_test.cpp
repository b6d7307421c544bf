// What the tools say of profiles whose events have arguments and acknowledgements, and go out as packets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/workspace.h"

namespace polygate::app {
namespace {

using test::Ran;
using test::Workspace;
using testing::HasSubstr;

const std::string kEcho = std::string(POLYGATE_SOURCE_DIR) + "/profiles/examples/socketio-echo.yaml";
const std::string kRelay = std::string(POLYGATE_SOURCE_DIR) + "/profiles/monitor-relay.yaml";

TEST(SocketIoCommands, ExplainShowsPacketsAsTheyGoOut) {
  const Workspace workspace;
  const Ran ran =
      workspace.run({"explain", kRelay, "con", R"({"monitor_id":"672ef79b4d0a4805bc529d1ae44bc26b"})", "--as", "peer"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  to the sender: 42[\"con ok\",{\"reason\":\"Connection ok\"}]\n"));
}

TEST(SocketIoCommands, ExplainTellsArgumentsAndAcknowledgements) {
  const Workspace workspace;
  EXPECT_THAT(workspace.run({"explain", kEcho, "message", "--as", "anyone"}).out,
              HasSubstr("socketio-echo.json#/$defs/message.args, else invalid\n"
                        "  2. reply message-back with the arguments $args\n"));
  EXPECT_THAT(workspace.run({"explain", kEcho, "message-with-ack", "--as", "anyone"}).out,
              HasSubstr("  2. acknowledge with the arguments $args\n"));
  EXPECT_THAT(workspace.run({"explain", kEcho, "ask-me", "--as", "anyone"}).out,
              HasSubstr("with the arguments $args; what receivers acknowledge arrives as answered\n"));
}

TEST(SocketIoCommands, ExplainShowsTheAcknowledgementThatWouldGoOut) {
  const Workspace workspace;
  EXPECT_THAT(workspace.run({"explain", kEcho, "message-with-ack", "7", "--as", "anyone"}).out,
              HasSubstr("verdict: ok\n  to the sender, if it asked for an acknowledgement: 431[7]\n"));
  const Ran failed = workspace.run({"explain", kRelay, "con", R"({"monitor_id":"x"})", "--as", "peer"});
  EXPECT_THAT(failed.out, HasSubstr("  to the sender, if it asked for an acknowledgement: 431[]\n"));
  const Ran forbidden = workspace.run({"explain", kRelay, "command done", "{}", "--as", "peer"});
  EXPECT_THAT(forbidden.out, HasSubstr("verdict: forbidden"));
  EXPECT_THAT(forbidden.out, HasSubstr("  to the sender, if it asked for an acknowledgement: 431[]\n"));
}

TEST(SocketIoCommands, ValidateHoldsTheListOfArgumentsAgainstItsDefinition) {
  const Workspace workspace;
  EXPECT_EQ(workspace.run({"validate", kEcho, "message"}, R"(["a", 1])").out, "ok: 1 value is valid as message.args\n");
  EXPECT_THAT(workspace.run({"validate", kRelay, "con"}, R"({"monitor_id": "short"})").out,
              HasSubstr("/monitor_id: expected at least 32 characters, found 5"));
}

}  // namespace
}  // namespace polygate::app

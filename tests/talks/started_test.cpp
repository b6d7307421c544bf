// The rules of `started`, where a talk does not reach: nobody connects before they are over, and one that fails opens
// nothing.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <future>
#include <memory>
#include <string>

#include "gateway/net/fd.h"
#include "gateway/server/server.h"
#include "tests/talks/driver.h"
#include "tests/talks/scratch.h"
#include "tests/talks/stage/stage.h"
#include "tests/unit/routing/late_exchange.h"

namespace polygate::talks {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// What becomes of who connects to a port of this host: 0, or why not.
int try_to_connect(std::uint16_t port) {
  const net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 ? 0 : errno;
}

/// A server with four workers that is started, and not open yet.
class StartedTest : public testing::Test {
 protected:
  void start(const std::string& rules, const std::string& limits = "{}") {
    Setting setting;
    setting.profile = "profile: talk\ndialect: {name: event, body: data}\nplugins: [stage]\nlimits: " + limits +
                      "\nendpoints: {/: {role: guest}}\notherwise: {reply: {as: error, data: $failure}}\nevents:\n"
                      "  join: {from: guest, join: room/a}\nstarted:\n" +
                      rules;
    setting.schema = R"({"$defs": {"join": {}, "error": {}, "kept": {}}})";
    deployment_ = load_deployment(setting, clock_, log_, 4, scratch_.path());
    ASSERT_TRUE(deployment_);
    late_ = late_if_wanted(deployment_->exchange());
    if (late_) deployment_->services().exchange = late_.get();
    server::Settings settings;
    settings.workers = 4;
    server::ListenerSettings listener;
    listener.name = "main";
    deployment_->start_handlers();
    server_ = std::make_unique<server::Server>(settings, std::vector{listener}, deployment_->services());
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.failure().message;
  }
  void TearDown() override {
    stage::end(clock_);
    if (deployment_) deployment_->stop_handlers();
    if (server_) server_->stop();
  }
  Result<void> open() {
    auto taken = server_->take_started();
    return taken ? server_->open() : taken;
  }
  std::size_t kept() { return deployment_->exchange().kept_meters()["talk"].messages; }

  SystemClock clock_;
  Scratch scratch_;
  Log log_{Log::Format::text, Level::error};
  std::unique_ptr<app::Deployment> deployment_;
  std::unique_ptr<LateExchange> late_;
  std::unique_ptr<server::Server> server_;
};

TEST_F(StartedTest, WhoConnectsBeforeTheyAreOverIsRefused) {
  start(
      "  - {handler: {name: stage.hold, with: {name: it}}, send: {to: room/a, as: kept, data: 1, keep: one}}\n"
      "  - {send: {to: room/a, as: kept, data: 2, keep: two}}\n");
  const std::uint16_t port = server_->port("main");
  ASSERT_NE(port, 0);
  EXPECT_EQ(try_to_connect(port), ECONNREFUSED);
  auto opening = std::async(std::launch::async, [this] { return open(); });
  EXPECT_EQ(try_to_connect(port), ECONNREFUSED) << "the handler waits still, or will";
  EXPECT_EQ(kept(), 0u);
  stage::release(clock_, "it");
  const auto opened = opening.get();
  EXPECT_TRUE(opened) << opened.failure().message;
  EXPECT_EQ(kept(), 2u);
  EXPECT_EQ(try_to_connect(port), 0);
}

TEST_F(StartedTest, OneThatFailsIsTheLastAndOpensNothing) {
  start(
      "  - {send: {to: room/a, as: kept, data: 1, keep: one}}\n"
      "  - {handler: {name: stage.echo_blocking, with: {refuse: the table is gone}},\n"
      "     send: {to: room/a, as: kept, data: 2, keep: two}}\n"
      "  - {send: {to: room/a, as: kept, data: 3, keep: three}}\n");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().reason, Reason::internal) << "the configuration is not to blame";
  EXPECT_THAT(opened.failure().message, HasSubstr("the rule of `started` at "));
  EXPECT_THAT(opened.failure().message, EndsWith("talk.yaml:11 failed as refused: the table is gone"));
  EXPECT_EQ(kept(), 1u);
  EXPECT_EQ(try_to_connect(server_->port("main")), ECONNREFUSED);
  EXPECT_TRUE(server_->drain(Millis(0), Millis(10'000))->nothing());
}

TEST_F(StartedTest, AConditionOfAHandlerThatDoesNotHoldFailsToo) {
  start("  - {handler: {name: stage.fail, with: {name: no_circle}}}\n");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.failure().message, EndsWith("talk.yaml:10 failed as absent: no such circle"));
}

TEST_F(StartedTest, AHandlerThatIsLateFails) {
  start("  - {handler: {name: stage.hold, with: {name: never}}}\n", "{turn_within: 100ms}");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.failure().message, EndsWith("talk.yaml:10 failed as busy: the handler did not answer in time"));
  EXPECT_EQ(try_to_connect(server_->port("main")), ECONNREFUSED);
}

TEST_F(StartedTest, ALookThatIsLateFailsByItsName) {
  start("  - {look: {name: stage.find_held, with: {name: never}}, send: {to: room/a, as: kept, data: 1, keep: one}}\n",
        "{turn_within: 100ms}");
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.failure().message, EndsWith("talk.yaml:10 failed as busy: the look did not answer in time"));
  EXPECT_EQ(kept(), 0U);
}

TEST_F(StartedTest, WhatFindsNoRoomStopsNothing) {
  start(
      "  - {send: {to: room/a, as: kept, data: 1, keep: one}}\n"
      "  - {send: {to: room/a, as: kept, data: 2, keep: two}}\n",
      "{kept_per_topic: 1}");
  const auto opened = open();
  EXPECT_TRUE(opened) << opened.failure().message;
  EXPECT_EQ(kept(), 1u);
  EXPECT_EQ(try_to_connect(server_->port("main")), 0);
}

}  // namespace
}  // namespace polygate::talks

#include "gateway/dialect/polyglot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "gateway/dialect/engine_message.h"
#include "gateway/dialect/envelope.h"
#include "gateway/dialect/socket_io.h"

namespace polygate::dialect {
namespace {

class PolyglotTest : public testing::Test {
 protected:
  FramePtr frame(const Content& content, const Manner& manner = {}) {
    const std::vector<const Dialect*> all = {&socket_io_, &envelope_};
    return std::make_shared<const Frame>(std::make_unique<const Polyglot>(all, "said", content, manner));
  }
  std::string in_socket_io(const FramePtr& from) {
    return std::string(Frame::in(0, from)->bytes({static_cast<std::uint8_t>(EngineEncoding::body_v4), "/"}));
  }
  std::string in_envelope(const FramePtr& from) { return std::string(Frame::in(1, from)->message()); }

  const SocketIo socket_io_;
  const Envelope envelope_{"event", "data"};
};

TEST_F(PolyglotTest, EachHearsItInItsWay) {
  const FramePtr said = frame({.text = R"({"a":1})"});
  EXPECT_EQ(in_socket_io(said), R"(42["said",{"a":1}])");
  EXPECT_EQ(in_envelope(said), R"({"event":"said","data":{"a":1}})");
}

TEST_F(PolyglotTest, OfSeveralArgumentsTheFirstIsTheData) {
  const FramePtr two = frame({.text = R"([1,"x"],{"b":2})", .arguments = true});
  EXPECT_EQ(in_socket_io(two), R"(42["said",[1,"x"],{"b":2}])");
  EXPECT_EQ(in_envelope(two), R"({"event":"said","data":[1,"x"]})");
  const FramePtr none = frame({.text = "", .arguments = true});
  EXPECT_EQ(in_socket_io(none), R"(42["said"])");
  EXPECT_EQ(in_envelope(none), R"({"event":"said"})");
}

TEST_F(PolyglotTest, WhatItIsAskedForOutlivesWhoAsked) {
  std::string event = "answered";
  const FramePtr said = frame({.text = std::string("\"").append(40, 'x') + '"'}, {event, false});
  event.assign(event.size(), '?');
  ASSERT_NE(Frame::in(0, said)->utterance()->question(), nullptr);
  EXPECT_EQ(Frame::in(0, said)->utterance()->question()->event, "answered");
}

TEST_F(PolyglotTest, EachIsMadeOnceWhoeverAsksFirst) {
  const FramePtr said = frame({.text = "1"});
  std::vector<FramePtr> heard(8);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    workers.emplace_back([&, i] { heard[i] = Frame::in(i % 2, said); });
  }
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = 2; i < heard.size(); ++i) EXPECT_EQ(heard[i], heard[i % 2]);
  EXPECT_NE(heard[0], heard[1]);
}

TEST_F(PolyglotTest, AFrameOfOneDialectIsHeardAsItIs) {
  const FramePtr only = envelope_.say("said", {.text = "1"}, {});
  EXPECT_EQ(Frame::in(0, only), only);
  EXPECT_EQ(Frame::in(1, only), only);
}

}  // namespace
}  // namespace polygate::dialect

// What is posted: which bodies are none, and why.
#include "gateway/engine_io/body.h"

#include <gtest/gtest.h>

#include <vector>

namespace polygate::engine_io {
namespace {

constexpr char kOctets[] = "application/octet-stream";
constexpr char kForm[] = "application/x-www-form-urlencoded";

Request posted(std::string body, std::string type = "text/plain;charset=UTF-8") {
  Request request;
  request.body = std::move(body);
  request.content_type = std::move(type);
  return request;
}

/// The packets of a body, a line each, and in the last what is wrong with it.
std::vector<std::string> packets_of(Revision revision, const Request& request) {
  DoubleUtf8 double_utf8(DoubleUtf8::Repair::never);
  std::vector<std::string> found;
  auto body = Body::of(request, revision);
  if (!body) return {body.failure().message};
  do {
    const auto packet = body->take(double_utf8);
    if (!packet) {
      found.push_back(packet.failure().message);
      break;
    }
    found.emplace_back(packet->data);
  } while (!body->is_empty());
  return found;
}

TEST(Body, SaysWhyItIsNone) {
  using Found = std::vector<std::string>;
  const auto v4 = [](std::string body, const char* type = "text/plain") {
    return packets_of(Revision::v4, posted(std::move(body), type));
  };
  EXPECT_EQ(v4(""), Found{"a body without a packet"});
  EXPECT_EQ(v4("4\xc3"), Found{"a body that is not UTF-8"});
  EXPECT_EQ(v4("d=%", kForm), Found{"a form that is none"});
  EXPECT_EQ(v4("d=%4g", kForm), Found{"a form that is none"});
  EXPECT_EQ(v4("d=4%ff", kForm), Found{"a body that is not UTF-8"});
  EXPECT_EQ(v4("4a\x1e"), Found{"a separator without a packet behind it"});
  EXPECT_EQ(v4("\x1e"
               "4a"),
            Found{"an empty packet"});
  EXPECT_EQ(v4("4a\x1e"
               "7"),
            (Found{"a", "a packet without a type from 0 to 6"}));
  EXPECT_EQ(v4("b!"), Found{"a binary packet that is not base64"});

  const auto v3 = [](std::string body, const char* type = "text/plain") {
    return packets_of(Revision::v3, posted(std::move(body), type));
  };
  EXPECT_EQ(v3("4a"), Found{"a packet without `<length>:` before it"});
  EXPECT_EQ(v3("2:4a3:4b"), (Found{"a", "a packet that is shorter than its length says"}));
  EXPECT_EQ(v3("2:b5"), Found{"a binary packet that is no message"});
  EXPECT_EQ(v3("\2", kOctets), Found{"a packet that starts with neither 0 nor 1"});
  EXPECT_EQ(v3(std::string("\0\xff", 2) + "4", kOctets), Found{"a packet without its length"});
  EXPECT_EQ(v3(std::string("\0\3\xff", 3) + "4a", kOctets), Found{"a packet that is shorter than its length says"});
  EXPECT_EQ(v3(std::string("\0\2\xff", 3) + "4\xc3", kOctets), Found{"a packet that is not UTF-8"});
  EXPECT_EQ(v3(std::string("\1\2\xff\4\xc3", 5), kOctets), Found{"\xc3"}) << "binary data may be anything";
}

TEST(Body, HasAThousandPacketsAtMost) {
  std::string body = "6";
  for (int i = 1; i < 1'000; ++i)
    body +=
        "\x1e"
        "6";
  EXPECT_EQ(packets_of(Revision::v4, posted(body)), std::vector<std::string>(1'000));
  body +=
      "\x1e"
      "6";
  EXPECT_EQ(packets_of(Revision::v4, posted(body)).back(), "more than 1000 packets in one body");
}

TEST(Body, IsTooLargeWhenOneOfItsMessagesIs) {
  const auto is_too_large = [](const std::string& body, std::optional<std::size_t> gathered) {
    const Request request = posted(body);
    return Body::of(request, Revision::v4)->is_too_large(10, gathered);
  };
  EXPECT_FALSE(
      is_too_large("4aaaaaaaaaa\x1e"
                   "4aaaaaaaaaa",
                   std::nullopt));
  EXPECT_TRUE(
      is_too_large("4a\x1e"
                   "4aaaaaaaaaaa",
                   std::nullopt));
  EXPECT_FALSE(
      is_too_large("4aaaaaa\x1e"
                   "bAAAAAAA=",
                   std::nullopt))
      << "two messages";
  EXPECT_TRUE(
      is_too_large("4aaaaaa\x1e"
                   "bAAAAAAAA",
                   0))
      << "six and six, of one message";
  EXPECT_FALSE(
      is_too_large("4aaaaaa\x1e"
                   "bAAAAAA==",
                   0));
  EXPECT_FALSE(
      is_too_large("4aaaaaa\x1e"
                   "4aaaaaa",
                   0))
      << "text begins the next message";
  EXPECT_TRUE(is_too_large("bAAAAAA==", 7));
  EXPECT_FALSE(is_too_large("bAAAAAA==", 6));
  EXPECT_FALSE(
      is_too_large("7\x1e"
                   "4aaaaaaaaaaa",
                   std::nullopt))
      << "what is malformed ends the session";
}

TEST(DoubleUtf8, IsUndoneForThoseWhoseFirstTextBeyondAsciiWasEncodedTwice) {
  using Repair = DoubleUtf8::Repair;
  const std::string twice = "\xc3\x83\xc2\xa9";
  const std::string once = "\xc3\xa9";
  std::string scratch;

  DoubleUtf8 found(Repair::automatic);
  EXPECT_EQ(found.undo("ascii", scratch), "ascii");
  EXPECT_EQ(found.undo(twice, scratch), once);
  EXPECT_EQ(found.undo("\xe2\x82\xac", scratch), "\xe2\x82\xac") << "cannot have been";

  DoubleUtf8 plain(Repair::automatic);
  EXPECT_EQ(plain.undo(once, scratch), once) << "U+00E9 alone is no UTF-8";
  EXPECT_EQ(plain.undo(twice, scratch), twice) << "it has been decided";

  DoubleUtf8 wide(Repair::automatic);
  EXPECT_EQ(wide.undo("\xe2\x82\xac", scratch), "\xe2\x82\xac") << "above U+00FF";
  EXPECT_EQ(wide.undo(twice, scratch), twice);

  DoubleUtf8 always(Repair::always);
  EXPECT_EQ(always.undo("\xe2\x82\xac", scratch), "\xe2\x82\xac");
  EXPECT_EQ(always.undo(twice, scratch), once);
  DoubleUtf8 never(Repair::never);
  EXPECT_EQ(never.undo(twice, scratch), twice);
}

TEST(DoubleUtf8, IsLookedForInTheTextOfRevision3Alone) {
  const std::string twice = "\xc3\x83\xc2\xa9";
  const auto taken = [](Revision revision, const Request& request) {
    DoubleUtf8 double_utf8(DoubleUtf8::Repair::always);
    return std::string(Body::of(request, revision)->take(double_utf8)->data);
  };
  EXPECT_EQ(taken(Revision::v4, posted("4" + twice)), twice);
  EXPECT_EQ(taken(Revision::v3, posted("3:4" + twice)), "\xc3\xa9");
  EXPECT_EQ(taken(Revision::v3, posted(std::string("\0\5\xff", 3) + "4" + twice, kOctets)), twice);
}

}  // namespace
}  // namespace polygate::engine_io

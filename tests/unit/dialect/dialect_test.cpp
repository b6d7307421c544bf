#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "gateway/dialect/envelope.h"
#include "gateway/dialect/raw.h"

namespace {
thread_local std::size_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
}  // namespace

// Counted, to know what the way of a message costs; simdjson's come here too.
void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void operator delete(void* pointer) noexcept {
  std::free(pointer);
}
void operator delete[](void* pointer) noexcept {
  std::free(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept {
  std::free(pointer);
}
void operator delete[](void* pointer, std::size_t) noexcept {
  std::free(pointer);
}

namespace polygate::dialect {
namespace {

/// What a message means in the dialect {event, data}: "name data_bytes", or the failure's message.
std::string meaning(const Dialect& dialect, std::string_view message, bool text = true) {
  json::Document document;
  const auto event = dialect.decode({text, message, {}, {}}, document, {});
  if (!event) return std::string(name(event.failure().reason)) + ": " + event.failure().message;
  return std::string(event->name) + " " + std::string(event->data_bytes);
}

std::string said(const Dialect& dialect, std::string_view name, std::string_view data) {
  std::string out = "before ";
  dialect.encode(out, name, data);
  return out.substr(7);
}

TEST(Envelope, TakesNameAndDataWhereverTheyStand) {
  const Envelope dialect("event", "data");
  EXPECT_EQ(meaning(dialect, R"({"event":"a","data":{"x": 1.50}})"), R"(a {"x": 1.50})");
  EXPECT_EQ(meaning(dialect, R"({"data":[1, "}"],"id":7,"event":"a"})"), R"(a [1, "}"])");
  EXPECT_EQ(meaning(dialect, R"( { "event" : "a b" , "data" : -0 } )"), "a b -0");
  EXPECT_EQ(meaning(dialect, R"({"\u0065vent":"\u0061","dat\u0061":"x"})"), R"(a "x")");
  EXPECT_EQ(meaning(dialect, R"({"x":{"data":1},"event":"a","data":{"data":2}})"), R"(a {"data":2})");
}

TEST(Envelope, GivesTheDataParsedToo) {
  const Envelope dialect("event", "data");
  json::Document document;
  const auto event = dialect.decode({true, R"({"event":"a","data":{"x":[1]}})", {}, {}}, document, {});
  ASSERT_TRUE(event);
  EXPECT_EQ(json::to_json(event->data), Json::parse(R"({"x":[1]})"));
}

TEST(Envelope, CallsAbsentDataNull) {
  const Envelope dialect("event", "data");
  json::Document document;
  const auto event = dialect.decode({true, R"({"event":"a"})", {}, {}}, document, {});
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data_bytes, "null");
  EXPECT_TRUE(event->data.is_null());
  EXPECT_EQ(meaning(dialect, R"({"event":"a","data":null})"), "a null");
}

TEST(Envelope, SaysWhatIsWrongWithAMessage) {
  const Envelope dialect("event", "data");
  EXPECT_EQ(meaning(dialect, "{}", false), "malformed: a binary message where JSON text is spoken");
  EXPECT_EQ(meaning(dialect, "{}"), "malformed: no \"event\" in the message");
  EXPECT_EQ(meaning(dialect, "[]"), "malformed: the message is a list, expected an object");
  EXPECT_EQ(meaning(dialect, "7"), "malformed: the message is a number, expected an object");
  EXPECT_EQ(meaning(dialect, R"({"event":7})"), "malformed: \"event\" is a number, expected a string");
  EXPECT_EQ(meaning(dialect, R"({"event":null})"), "malformed: \"event\" is null, expected a string");
  EXPECT_EQ(meaning(dialect, R"({"event":"a","event":"b"})"), "malformed: duplicate key \"event\"");
  EXPECT_EQ(meaning(dialect, R"({"event":"a")"), "malformed: not valid JSON");
}

TEST(Envelope, WithoutABodyKeyTheWholeMessageIsTheData) {
  const Envelope dialect("type", "");
  EXPECT_EQ(meaning(dialect, R"( {"type":"a","x":1} )"), R"(a {"type":"a","x":1})");
  EXPECT_EQ(said(dialect, "a", R"({"x": 1,"type":"old","y":[2]})"), R"({"type":"a","x":1,"y":[2]})");
  EXPECT_EQ(said(dialect, "a", R"({"\u0074ype":"old","\u0074":1})"), R"({"type":"a","\u0074":1})");
  EXPECT_EQ(said(dialect, "a", "{}"), R"({"type":"a"})");
  EXPECT_EQ(said(dialect, "a", "null"), R"({"type":"a"})");
}

TEST(Envelope, WritesWhatItReads) {
  const Envelope dialect("event", "data");
  EXPECT_EQ(said(dialect, "a \"b\"", R"({"x": 1.50})"), R"({"event":"a \"b\"","data":{"x": 1.50}})");
  EXPECT_EQ(said(dialect, "a", "null"), R"({"event":"a"})");
  EXPECT_EQ(meaning(dialect, said(dialect, "a\n\xC3\xA9", "[1, 2]")), "a\n\xC3\xA9 [1, 2]");
  EXPECT_TRUE(dialect.text("a"));
  EXPECT_TRUE(dialect.traits().json);
  const Envelope odd("na\"me", "bo\\dy");
  EXPECT_EQ(meaning(odd, said(odd, "a", "1")), "a 1");
}

TEST(Envelope, DecodesWithoutAllocatingOnceTheDocumentIsWarm) {
  const Envelope dialect("event", "data");
  const std::string message =
      R"({"event":"temperature","data":{"sensor":"room-1","value":21.5,"unit":"C","at":1800000000,"tags":["a","b"]}})";
  std::string many = R"({"event":"a","data":{)";
  for (int i = 0; i < 30; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  many += "\"z\":0}}";
  json::Document document;
  ASSERT_TRUE(dialect.decode({true, many, {}, {}}, document, {}));
  EXPECT_GT(allocations, 0U) << "the cold ones are counted";
  for (const std::string& text : {message, many, message}) {
    const std::size_t before = allocations;
    const bool decoded = static_cast<bool>(dialect.decode({true, text, {}, {}}, document, {}));
    EXPECT_EQ(allocations, before);
    EXPECT_TRUE(decoded);
  }
}

TEST(Raw, PassesBytesUnchanged) {
  const Raw dialect;
  const std::string_view bytes("\0\xFF{", 3);
  EXPECT_EQ(meaning(dialect, bytes, false), "binary " + std::string(bytes));
  EXPECT_EQ(meaning(dialect, "hello"), "text hello");
  EXPECT_EQ(meaning(dialect, ""), "text ");
  EXPECT_EQ(said(dialect, "binary", bytes), bytes);
  EXPECT_TRUE(dialect.text("text"));
  EXPECT_FALSE(dialect.text("binary"));
  EXPECT_FALSE(dialect.traits().json);
  json::Document document;
  const auto large = dialect.decode({true, "12345", {}, {}}, document, {.max_bytes = 4});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.failure().reason, Reason::limited);
}

}  // namespace
}  // namespace polygate::dialect

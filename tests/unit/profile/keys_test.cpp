// The keys of each mapping that the reader takes are those that the schema for editors has.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "gateway/base/json.h"
#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

/// A mapping with a key that nobody knows, `%`, and where its keys stand in the schema.
struct Mapping {
  const char* name;
  const char* text;
  const char* pointer;
};

constexpr Mapping kMappings[] = {
    {"profile", "%: 1\n", "/properties"},
    {"endpoint", "endpoints: {/: {role: guest, %: 1}}\n", "/$defs/endpoint/properties"},
    {"rule", "events: {e: {from: guest, %: 1}}\n", "/$defs/rule/properties"},
    {"closed", "closed: {from: guest, %: 1}\n", "/$defs/closed_rule/properties"},
    {"started", "started: {%: 1}\n", "/$defs/started_rule/properties"},
    {"timer", "timers: {t: {every: 1s, %: 1}}\n", "/$defs/timer/properties"},
    {"presence", "presence: {user: {%: 1}}\n", "/$defs/presence/properties"},
    {"presence_rule", "presence: {user: {arrived: {from: guest, %: 1}}}\n", "/$defs/presence_rule/properties"},
    {"rate", "events: {e: {from: guest, rate: {at: 1/1s, %: 1}}}\n", "/$defs/rate/oneOf/1/properties"},
    {"once", "events: {e: {from: guest, once: {key: a, %: 1}}}\n", "/$defs/once/oneOf/1/properties"},
    {"authenticate", "events: {e: {from: guest, authenticate: {%: 1}}}\n", "/$defs/authenticate/properties"},
    {"recall", "events: {e: {from: guest, recall: {%: 1}}}\n", "/$defs/recall/properties"},
    {"handshake", "endpoints: {/: {role: guest, authenticate: {%: 1}}}\n", "/$defs/authenticate/properties"},
    {"needs", "events: {e: {from: guest, needs: {topic: a/b, %: 1}}}\n", "/$defs/condition/oneOf/1/properties"},
    {"inside", "events: {e: {from: guest, inside: {topic: a/b, %: 1}}}\n", "/$defs/condition/oneOf/1/properties"},
    {"claim", "events: {e: {from: guest, claim: {topic: a/b, %: 1}}}\n", "/$defs/claim/oneOf/1/properties"},
    {"join", "events: {e: {from: guest, join: {topic: a/b, %: 1}}}\n", "/$defs/membership/oneOf/1/properties"},
    {"leave", "events: {e: {from: guest, leave: {topic: a/b, %: 1}}}\n", "/$defs/membership/oneOf/1/properties"},
    {"look", "events: {e: {from: guest, look: {%: 1}}}\n", "/$defs/look/oneOf/1/properties"},
    {"handler", "events: {e: {from: guest, handler: {%: 1}}}\n", "/$defs/handler/oneOf/1/properties"},
    {"send", "events: {e: {from: guest, send: {to: a/b, %: 1}}}\n", "/$defs/send/properties"},
    {"keep", "events: {e: {from: guest, send: {to: a/b, keep: {key: a, %: 1}}}}\n", "/$defs/keep/oneOf/1/properties"},
    {"reply", "events: {e: {from: guest, reply: {as: a, %: 1}}}\n", "/$defs/reply/oneOf/1/properties"},
    {"close", "events: {e: {from: guest, close: {code: 4000, %: 1}}}\n", "/$defs/close/oneOf/1/properties"},
    {"others", "events: {e: {from: guest, others: {of: a/b, %: 1}}}\n", "/$defs/order/properties"},
    {"otherwise", "otherwise: {reply: a, %: 1}\n", "/$defs/otherwise_entry/properties"},
    {"failure", "failures: {taken: {code: A, %: 1}}\n", "/$defs/failure_words/properties"},
    {"limits", "limits: {%: 1}\n", "/$defs/limits/properties"},
    {"engine", "engine: {%: 1}\n", "/properties/engine/properties"},
    {"recovery", "engine: {recovery: {within: 1s, %: 1}}\n", "/properties/engine/properties/recovery/properties"},
};

class KeysOf : public testing::TestWithParam<Mapping> {};

TEST_P(KeysOf, ReaderAndSchemaAreTheSame) {
  const Mapping& mapping = GetParam();
  constexpr std::string_view kUnknown = "qqqqqqqqqqqq";  // so far from every key that all of them are told
  std::string text = mapping.text;
  text.replace(text.find('%'), 1, kUnknown);
  const Reading reading(text);
  const std::string said = reading.diagnostics.text();
  const std::size_t unknown = said.find("unknown key `" + std::string(kUnknown) + '`');
  ASSERT_NE(unknown, std::string::npos) << said;
  constexpr std::string_view kKnown = "known are ";
  const std::size_t begin = said.find(kKnown, unknown) + kKnown.size();
  std::string list = said.substr(begin, said.find('\n', begin) - begin) + ", ";
  std::vector<std::string> read;
  for (std::size_t comma = list.find(", "); comma != std::string::npos; comma = list.find(", ")) {
    read.push_back(list.substr(0, comma));
    list.erase(0, comma + 2);
  }
  std::ifstream file(kSource / "schemas/profile.schema.json");
  const Json schema = Json::parse(file);
  std::vector<std::string> written;
  for (const auto& [key, ignored] : schema.at(Json::json_pointer(mapping.pointer)).items()) written.push_back(key);
  std::sort(read.begin(), read.end());
  EXPECT_EQ(read, written);
}

INSTANTIATE_TEST_SUITE_P(Profile, KeysOf, testing::ValuesIn(kMappings),
                         [](const testing::TestParamInfo<Mapping>& one) { return one.param.name; });

}  // namespace
}  // namespace polygate::profile

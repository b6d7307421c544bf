// What one event costs: parse, and parse + validate, in nanoseconds, for events of 128 B and 1 KiB.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "gateway/base/json.h"
#include "gateway/schema/library.h"

namespace {

using polygate::Diagnostics;
using polygate::json::Document;
using polygate::schema::Library;
using polygate::schema::Schema;

constexpr int kRounds = 500;  // short ones, of which the best counts: other programs do not disturb all of them
constexpr int kEvents = 1000;

constexpr const char* kSmallSchema = R"({
  "type": "object", "additionalProperties": false,
  "required": ["device_uuid", "record", "at"],
  "properties": {
    "device_uuid": {"type": "string", "minLength": 32, "maxLength": 36},
    "record": {"type": "number", "minimum": -100, "maximum": 200},
    "at": {"type": "integer", "minimum": 0},
    "unit": {"enum": ["celsius", "kelvin"]}
  }
})";
constexpr const char* kSmallEvent =
    R"({"device_uuid": "672ef79b4d0a4805bc529d1ae44bc26b", "record": 23.517, "at": 1732100000123, "unit": "celsius"     })";

constexpr const char* kLargeSchema = R"({
  "type": "object", "additionalProperties": false,
  "required": ["job", "owner", "layers"],
  "properties": {
    "job": {"$ref": "#/$defs/job"},
    "owner": {"type": "string", "minLength": 1, "maxLength": 64},
    "tags": {"type": "array", "maxItems": 16, "items": {"type": "string", "maxLength": 32}},
    "layers": {"type": "array", "maxItems": 64, "items": {"$ref": "#/$defs/layer"}}
  },
  "$defs": {
    "job": {
      "type": "object", "additionalProperties": false, "required": ["id", "state"],
      "properties": {"id": {"type": "string", "minLength": 8, "maxLength": 64},
                     "state": {"enum": ["queued", "running", "done", "failed"]},
                     "note": {"type": "string", "maxLength": 1024}}
    },
    "layer": {
      "type": "object", "additionalProperties": false, "required": ["height", "seconds"],
      "properties": {"height": {"type": "number", "minimum": 0}, "seconds": {"type": "integer", "minimum": 0},
                     "ok": {"type": "boolean"}}
    }
  }
})";

std::string large_event() {
  std::string text = R"({"job": {"id": "672ef79b4d0a4805bc529d1ae44bc26b", "state": "running", "note": ")";
  text +=
      std::string(300, 'n') + R"("}, "owner": "someone@example.org", "tags": ["red", "petg", "urgent"], "layers": [)";
  for (int i = 0; i < 11; ++i) text += R"({"height": 0.25, "seconds": 12345, "ok": true}, )";
  text += R"({"height": 0.5, "seconds": 99, "ok": false}]})";
  return text;
}

template <class Work>
double nanoseconds(Work work) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < kEvents; ++i) work();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / kEvents);
  }
  return best;
}

void measure(const char* name, const char* schema_text, const std::string& event) {
  Library library(".");
  Diagnostics diagnostics;
  const auto schema = library.compile_text(name, schema_text, diagnostics);
  Document document;
  if (schema == nullptr || !document.parse(event) || !schema->valid(document.root())) {
    std::cerr << "the benchmark's own event is not valid\n" << diagnostics.text();
    std::exit(1);
  }
  std::size_t valid = 0;
  const double parse = nanoseconds([&] { valid += document.parse(event) ? 1 : 0; });
  const double validate = nanoseconds([&] { valid += schema->valid(document.root()) ? 1 : 0; });
  const double both = nanoseconds([&] { valid += document.parse(event) && schema->valid(document.root()) ? 1 : 0; });
  if (valid != std::size_t{3} * kRounds * kEvents) std::exit(1);
  std::printf("%-8s %5zu B  parse %6.0f ns  validate %6.0f ns  both %6.0f ns\n", name, event.size(), parse, validate,
              both);
}

}  // namespace

int main() {
  measure("small", kSmallSchema, kSmallEvent);
  measure("large", kLargeSchema, large_event());
  return 0;
}

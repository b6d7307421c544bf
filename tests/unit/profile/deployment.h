#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"
#include "gateway/profile/check.h"
#include "gateway/profile/read.h"
#include "gateway/schema/library.h"

namespace polygate::profile {

inline const std::filesystem::path kSource = POLYGATE_SOURCE_DIR;

/// What the plugin lab_tools declares of its settings.
inline constexpr char kLabTools[] = R"({
  "type": "object",
  "properties": {
    "bench": {
      "type": "object",
      "properties": {
        "count": {"type": "integer", "minimum": 1},
        "names": {"type": "array", "items": {"type": "string"}},
        "colour": {"enum": ["red", "blue"]}
      },
      "required": ["count"],
      "additionalProperties": false
    }
  },
  "required": ["bench"]
})";

/// What the shipped profiles find in a deployment, and plugins that do not ship.
inline Surroundings surroundings(schema::Library& library) {
  return {.schemas = &library,
          .schema_folder = "schemas",
          .verifiers = {"users", "agents"},
          .listeners = {"public", "admin"},
          .plugins = {"printer_fleet", "sensor_telemetry", "monitor_relay", "odd_tools", "lab_tools", "broken_tools"},
          .handlers = {"printer_fleet.gcode", "printer_fleet.jobs", "sensor_telemetry.record", "monitor_relay.ask",
                       "monitor_relay.ended", "monitor_relay.gone", "monitor_relay.late"},
          .looks = {"odd_tools.found", "odd_tools.price"},
          .failures = {{"odd_tools", {"no_tool", "maxLength"}},
                       {"printer_fleet", {"no_printer", "no_job"}},
                       {"sensor_telemetry", {"no_sensor", "no_data"}}},
          .settings_schemas = {{"lab_tools", kLabTools}, {"broken_tools", R"({"type": "objekt"})"}}};
}

/// A profile from YAML text, as far as it could be read, and what was said about it.
struct Reading {
  explicit Reading(const std::string& text) {
    diagnostics.source("test.yaml", text);
    if (const auto root = yaml::read(text, "test.yaml", diagnostics)) {
      profile = read(*root, "test.yaml", Caps{}, diagnostics);
    }
  }
  /// Holds it against `schema_text` too, which its `schema: test.json` names.
  void check_against(const std::string& schema_text) {
    const auto folder = std::filesystem::path(POLYGATE_BINARY_DIR) / "profile_test_schemas";
    std::filesystem::create_directories(folder);
    schema::Library library(folder);
    static_cast<void>(library.compile_text("test.json", schema_text, diagnostics));
    if (profile) check(*profile, surroundings(library), diagnostics);
  }
  /// Holds it against an empty deployment.
  void check_alone() {
    if (profile) check(*profile, Surroundings{}, diagnostics);
  }
  bool says(const std::string& words) const { return diagnostics.text().find(words) != std::string::npos; }

  Diagnostics diagnostics;
  std::shared_ptr<Profile> profile;
};

}  // namespace polygate::profile

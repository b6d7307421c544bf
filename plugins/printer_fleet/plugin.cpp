#include "gateway/plugin/plugin.h"

#include "plugins/printer_fleet/command_guard.h"
#include "plugins/printer_fleet/jobs.h"

namespace {

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {
    "gcode": {
      "type": "object",
      "properties": {
        "allow": {"$ref": "#/$defs/codes"},
        "deny": {"$ref": "#/$defs/codes"},
        "roles": {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "properties": {"allow": {"$ref": "#/$defs/codes"}, "deny": {"$ref": "#/$defs/codes"}},
            "additionalProperties": false
          }
        },
        "role_claim": {"description": "The claim of the token that adds to the sender's role.", "type": "string"}
      },
      "additionalProperties": false
    },
    "jobs": {
      "type": "object",
      "properties": {
        "agent_role": {"description": "The role of agents.", "type": "string"},
        "reported_printers_only": {"description": "START needs a status of the printer before.", "type": "boolean"},
        "max_printers": {"type": "integer", "minimum": 1},
        "max_printers_per_agent": {"type": "integer", "minimum": 1}
      },
      "additionalProperties": false
    }
  },
  "$defs": {
    "codes": {"description": "Such as [G28, M104, T*].", "type": "array", "items": {"type": "string"}}
  }
})";

}  // namespace

POLYGATE_PLUGIN(printer_fleet, plugin) {
  plugin.settings_schema(kSettings);
  plugin.failure("too_many_printers", polygate::Reason::limited,
                 "too many printers are in use, no other can be started");
  plugin.handler<printer_fleet::CommandGuard>("gcode");
  plugin.serial_handler<printer_fleet::Jobs>("jobs");
}

#include "plugins/monitor_relay/pairing.h"

namespace {

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {
    "pair": {
      "type": "object",
      "properties": {
        "timeout": {"description": "Seconds until a command has failed.", "type": "number", "exclusiveMinimum": 0,
                    "maximum": 86400}
      },
      "required": ["timeout"],
      "additionalProperties": false
    }
  },
  "required": ["pair"]
})";

}  // namespace

POLYGATE_PLUGIN(monitor_relay, plugin) {
  using monitor_relay::Pairing;
  using polygate::Threading;
  plugin.settings_schema(kSettings);
  plugin.failure("too_many_commands", polygate::Reason::limited, "Too many commands wait for the monitor");
  plugin.state<Pairing>()
      .handler("ask", &Pairing::ask, Threading::serial)
      .handler("ended", &Pairing::ended, Threading::serial)
      .handler("gone", &Pairing::gone, Threading::serial)
      .handler("late", &Pairing::late, Threading::serial);
}

#include "gateway/plugin/plugin.h"
#include "plugins/sensor_telemetry/history.h"
#include "plugins/sensor_telemetry/readings.h"
#include "plugins/sensor_telemetry/record.h"

namespace {

constexpr char kSettings[] = R"({
  "type": "object",
  "properties": {
    "telemetry": {
      "type": "object",
      "properties": {
        "keep_days": {"description": "Readings that are older go.", "type": "number", "exclusiveMinimum": 0}
      },
      "additionalProperties": false
    }
  }
})";

}  // namespace

POLYGATE_PLUGIN(sensor_telemetry, plugin) {
  plugin.settings_schema(kSettings);
  plugin.migrations(sensor_telemetry::migrations());
  plugin.handler<sensor_telemetry::Record>("record");
  plugin.blocking_handler<sensor_telemetry::History>("history");
}

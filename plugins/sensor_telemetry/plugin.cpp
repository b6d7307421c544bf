#include "gateway/plugin/plugin.h"
#include "plugins/sensor_telemetry/history.h"
#include "plugins/sensor_telemetry/readings.h"
#include "plugins/sensor_telemetry/record.h"

POLYGATE_PLUGIN(sensor_telemetry, plugin) {
  plugin.migrations(sensor_telemetry::migrations());
  plugin.handler<sensor_telemetry::Record>("record");
  plugin.blocking_handler<sensor_telemetry::History>("history");
}

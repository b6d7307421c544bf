#include "gateway/plugin/plugin.h"

#include "plugins/printer_fleet/command_guard.h"
#include "plugins/printer_fleet/jobs.h"

POLYGATE_PLUGIN(printer_fleet, plugin) {
  plugin.handler<printer_fleet::CommandGuard>("gcode");
  plugin.serial_handler<printer_fleet::Jobs>("jobs");
}

#include "plugins/monitor_relay/pairing.h"

POLYGATE_PLUGIN(monitor_relay, plugin) {
  plugin.serial_handler<monitor_relay::Pairing>("pair");
}

#include "plugins/monitor_relay/pairing.h"

POLYGATE_PLUGIN(monitor_relay, plugin) {
  using monitor_relay::Pairing;
  using polygate::Threading;
  plugin.failure("too_many_commands", polygate::Reason::limited, "Too many commands wait for the monitor");
  plugin.state<Pairing>()
      .handler("ask", &Pairing::ask, Threading::serial)
      .handler("ended", &Pairing::ended, Threading::serial)
      .handler("gone", &Pairing::gone, Threading::serial)
      .handler("late", &Pairing::late, Threading::serial);
}

#include "gateway/app/config_keys.h"

#include <cstdlib>

namespace polygate::app {

const std::vector<ConfigKeys>& config_keys() {
  static const std::vector<ConfigKeys> all = {
      {"configuration",
       {"listeners", "admin", "workers", "profiles", "schemas", "plugins", "verifiers", "store", "limits",
        "tcp_keepalive", "drain", "log"}},
      {"listener", {"address", "port", "tls"}},
      {"tls", {"certificate", "key"}},
      {"verifier", {"jwt", "tokens"}},
      {"jwt",
       {"algorithm", "key", "keys", "allow_weak_secret", "issuer", "audience", "refuse_unexpected_audience", "type",
        "required", "leeway", "max_age", "user", "expires", "claims"}},
      {"key", {"env", "file", "jwks", "id", "stamp"}},
      {"tokens", {"file"}},
      {"limits",
       {"connections",
        "connections_per_address",
        "handshakes_per_address",
        "handshake",
        "engine_sessions",
        "engine_sessions_per_address",
        "engine_sessions_per_profile",
        "kept_bytes_together",
        "message_bytes",
        "json_depth",
        "json_nodes",
        "inbox_events",
        "outbox_bytes",
        "outbox_frames",
        "memberships",
        "events_per_second",
        "events_burst",
        "kept_per_topic",
        "kept_bytes",
        "turn_within",
        "finish_within"}},
      {"tcp_keepalive", {"idle", "interval", "count"}},
      {"drain", {"window", "cap"}},
      {"log", {"format", "level"}},
  };
  return all;
}

const std::vector<std::string>& keys_of(std::string_view mapping) {
  for (const ConfigKeys& known : config_keys()) {
    if (known.mapping == mapping) return known.keys;
  }
  std::abort();
}

}  // namespace polygate::app

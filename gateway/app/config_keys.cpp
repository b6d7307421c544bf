#include "gateway/app/config_keys.h"

#include <cstdlib>

#include "gateway/profile/limits.h"

namespace polygate::app {

const std::vector<ConfigKeys>& config_keys() {
  static const std::vector<ConfigKeys> all = {
      {"configuration",
       {"listeners", "admin", "workers", "profiles", "schemas", "plugins", "verifiers", "store", "files", "limits",
        "tcp_keepalive", "drain", "log"}},
      {"listener", {"address", "port", "tls"}},
      {"tls", {"certificate", "key"}},
      {"verifier", {"jwt", "tokens"}},
      {"jwt",
       {"algorithm", "key", "keys", "allow_weak_secret", "issuer", "audience", "refuse_unexpected_audience", "type",
        "required", "leeway", "max_age", "user", "expires", "claims"}},
      {"key", {"env", "file", "jwks", "id", "stamp"}},
      {"tokens", {"file"}},
      {"limits", profile::limit_names(profile::LimitsOf::deployment)},
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

#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/diagnostics.h"
#include "gateway/base/yaml.h"
#include "gateway/routing/local_exchange.h"

/// The one table of limits: what a key under `limits` is called, how much it may be, and what it means. The readers of
/// profiles and of gateway.yaml read through it; both schemas and both pages are held against it (tests/unit/profile).
namespace polygate::profile {

/// What one session may cost, and what stays with the topics of its profile. The values here are the defaults of a
/// profile that says nothing; all_limits() says what each means.
struct Limits {
  std::size_t message_bytes = std::size_t{64} << 10;
  unsigned json_depth = 64;
  std::size_t json_nodes = 50'000;
  std::size_t inbox_events = 64;
  std::size_t outbox_bytes = std::size_t{1} << 20;
  std::size_t outbox_frames = 0;
  std::size_t memberships = 256;
  double events_per_second = 50;
  double events_burst = 100;
  std::size_t rate_keys = 100'000;
  std::size_t order_waiting = 1'000;
  std::size_t once_bytes = std::size_t{16} << 20;
  std::size_t once_rows = 100'000;
  std::size_t kept_per_topic = 1'000;
  std::size_t kept_bytes = std::size_t{64} << 20;
  std::size_t emits_per_turn = 100;
  std::size_t handler_threads = 4;
  std::size_t handler_queue = 10'000;
  Millis turn_within{30'000};
  Millis finish_within{30'000};
};

/// What all clients of a deployment may cost together; profiles have no say in it.
struct SharedLimits {
  std::size_t connections = 10'000;
  std::size_t connections_per_address = 1'000;
  std::size_t handshakes_per_address = 256;
  Millis handshake{10'000};
  std::size_t engine_sessions = 10'000;
  std::size_t engine_sessions_per_address = 1'000;
  std::size_t engine_sessions_per_profile = 10'000;
  std::size_t kept_bytes_together = LocalExchange::kKeptBytes;
};

/// Which file a limit is written in.
enum class LimitsOf : std::uint8_t { profile, deployment };

/// One line of the table.
struct Limit {
  enum class Unit : std::uint8_t { count, bytes, duration, per_second };
  enum class Zero : std::uint8_t { is_a_value, is_no_limit };

  std::string_view name;
  Unit unit = Unit::count;
  double least = 0;  ///< as all values here in its unit, durations in milliseconds; whole numbers are exact
  double most = 0;
  Zero zero = Zero::is_a_value;
  /// Where its value is, which holds the default too. Those in Limits stand in profiles, and in gateway.yaml as the
  /// most that profiles may ask for; those in SharedLimits stand in gateway.yaml alone.
  std::variant<std::size_t Limits::*, unsigned Limits::*, double Limits::*, Millis Limits::*,
               std::size_t SharedLimits::*, Millis SharedLimits::*>
      member;
  std::string_view meaning;  ///< one sentence

  bool stands_in(LimitsOf file) const;
  /// What holds in a file that does not name it. A deployment that says nothing of a profile's limit leaves profiles
  /// all of its range.
  double usual(LimitsOf file) const;
  /// Is `value` more than `allowed`? No limit at all is more than any.
  bool exceeds(double value, double allowed) const;
  /// As it is written in YAML: "64KiB", "30s", "0.5".
  std::string text(double value) const;
  std::string range() const;  ///< "1B to 1GiB"
};

/// The table, in the order of the pages.
std::span<const Limit> all_limits();
std::vector<std::string> limit_names(LimitsOf file);

double value(const Limits& limits, const Limit& limit);
double value(const SharedLimits& limits, const Limit& limit);
void set(Limits& limits, const Limit& limit, double value);
void set(SharedLimits& limits, const Limit& limit, double value);

/// What a deployment lets its profiles ask for.
class Caps {
 public:
  Caps();  ///< everything in range
  /// `origin` is where the deployment says so: "gateway.yaml:5:12".
  void set(const Limit& limit, double most, std::string origin);
  double most(const Limit& limit) const { return value(most_, limit); }
  std::string_view origin(const Limit& limit) const;

 private:
  Limits most_;
  std::map<std::string_view, std::string> origins_;
};

/// The value at `node`; nothing when it does not fit, which is told.
std::optional<double> read_limit(const yaml::Node& node, const Limit& limit, Diagnostics& diagnostics);

}  // namespace polygate::profile

#include "gateway/profile/limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "gateway/base/units.h"

namespace polygate::profile {
namespace {

using Unit = Limit::Unit;
using Zero = Limit::Zero;

constexpr double kMany = 10'000'000;
constexpr double kMiB = 1 << 20;
constexpr double kGiB = kMiB * 1'024;
constexpr double kTiB = kGiB * 1'024;
constexpr double kHour = 3'600'000;

// A message nested deeper than half of what the evaluation of schemas goes down (schema/evaluation.h) could not be held
// against a schema that calls itself.
constexpr double kDeepest = 256;

constexpr std::array kLimits = {
    Limit{"connections", Unit::count, 1, kMany, Zero::is_a_value, &SharedLimits::connections,
          "Connections at a time; more are answered 503."},
    Limit{"connections_per_address", Unit::count, 1, kMany, Zero::is_a_value, &SharedLimits::connections_per_address,
          "Of them, from one IPv4 address or IPv6 /64; more are answered 429."},
    Limit{"handshakes_per_address", Unit::count, 1, kMany, Zero::is_a_value, &SharedLimits::handshakes_per_address,
          "Of them, without a complete first request; more are answered 429."},
    Limit{"handshake", Unit::duration, 1, kHour, Zero::is_a_value, &SharedLimits::handshake,
          "From the first byte of TCP to a complete request, however it trickles."},
    Limit{
        "engine_sessions", Unit::count, 1, kMany, Zero::is_a_value, &SharedLimits::engine_sessions,
        "Sessions of Engine.IO and Socket.IO clients at a time, over however few connections; more are answered 503."},
    Limit{"engine_sessions_per_address", Unit::count, 1, kMany, Zero::is_a_value,
          &SharedLimits::engine_sessions_per_address,
          "Of them, from one IPv4 address or IPv6 /64; more are answered 429."},
    Limit{"engine_sessions_per_profile", Unit::count, 1, kMany, Zero::is_a_value,
          &SharedLimits::engine_sessions_per_profile, "Of them, in each profile; more are answered 503."},
    Limit{"kept_bytes_together", Unit::bytes, 1, kTiB, Zero::is_a_value, &SharedLimits::kept_bytes_together,
          "Memory for messages that stay with topics (`keep`), of all profiles together; at least the sum of their "
          "`kept_bytes`."},
    Limit{"message_bytes", Unit::bytes, 1, kGiB, Zero::is_a_value, &Limits::message_bytes,
          "One message of a client; a longer one closes with 1009."},
    Limit{"json_depth", Unit::count, 1, kDeepest, Zero::is_a_value, &Limits::json_depth,
          "Nested arrays and objects of a message."},
    Limit{"json_nodes", Unit::count, 1, kMany, Zero::is_a_value, &Limits::json_nodes,
          "Values of any kind in a message."},
    Limit{"inbox_events", Unit::count, 1, 100'000, Zero::is_a_value, &Limits::inbox_events,
          "Events of a session that wait for their turn; then its socket is not read."},
    Limit{"outbox_bytes", Unit::bytes, 1, kGiB * 16, Zero::is_a_value, &Limits::outbox_bytes,
          "Memory for what waits for a slow client, each message with 128 bytes around it, at least `message_bytes`; "
          "then "
          "the session is cut."},
    Limit{"outbox_frames", Unit::count, 0, kMany, Zero::is_no_limit, &Limits::outbox_frames,
          "Messages that wait for a slow client, 0 for as many as fit into `outbox_bytes`; then the session is cut."},
    Limit{"memberships", Unit::count, 0, 100'000, Zero::is_a_value, &Limits::memberships,
          "Topics that a session may be on."},
    Limit{"events_per_second", Unit::per_second, 0, 1'000'000, Zero::is_no_limit, &Limits::events_per_second,
          "Events that a session may send on average; 0 is no limit."},
    Limit{"events_burst", Unit::per_second, 1, 1'000'000, Zero::is_a_value, &Limits::events_burst,
          "Events that it may send at once."},
    Limit{"rate_keys", Unit::count, 1, kMany, Zero::is_a_value, &Limits::rate_keys,
          "Different keys that the `rate` of one rule counts at a time; one more, and the one used longest ago is as "
          "good as new."},
    Limit{"order_waiting", Unit::count, 0, kMany, Zero::is_a_value, &Limits::order_waiting,
          "Events that wait behind the one whose turn it is, for each text that an `order` names; one more is `busy`."},
    Limit{"once_bytes", Unit::bytes, 1, std::uint64_t{1} << 40, Zero::is_a_value, &Limits::once_bytes,
          "Memory for what was done `once`, each with its key, its result and 256 bytes around it; "
          "what was done first is forgotten first."},
    Limit{"once_rows", Unit::count, 1, kMany, Zero::is_a_value, &Limits::once_rows,
          "Rows for what was done `once` and written by its handler, in the profile's store; the oldest go first."},
    Limit{"kept_per_topic", Unit::count, 0, kMany, Zero::is_a_value, &Limits::kept_per_topic,
          "Messages that stay with one topic (`keep`) for those who come later."},
    Limit{
        "kept_bytes", Unit::bytes, 1, kTiB, Zero::is_a_value, &Limits::kept_bytes,
        "Memory for all messages that stay with topics of a profile, each with its key, its topic's name and 640 bytes "
        "around it."},
    Limit{"emits_per_turn", Unit::count, 0, 10'000, Zero::is_a_value, &Limits::emits_per_turn,
          "Messages that a handler may emit in one turn; the rest is left out, and logged."},
    Limit{"handler_threads", Unit::count, 1, 256, Zero::is_a_value, &Limits::handler_threads,
          "Threads for handlers that block; they are the profile's own."},
    Limit{"handler_queue", Unit::count, 0, kMany, Zero::is_a_value, &Limits::handler_queue,
          "Events that wait for these threads, and as many for each serial handler; one more is `busy`."},
    Limit{"turn_within", Unit::duration, 100, kHour, Zero::is_a_value, &Limits::turn_within,
          "For a handler's answer; then the client is told `busy`."},
    Limit{"finish_within", Unit::duration, 100, kHour, Zero::is_a_value, &Limits::finish_within,
          "For what was read before the end of a connection; then the rest is dropped, and counted."},
};

double number(Millis length) {
  return static_cast<double>(length.count());
}
template <class T>
double number(T count) {
  return static_cast<double>(count);
}

void store(Millis& into, double value) {
  into = Millis(static_cast<Millis::rep>(value));
}
template <class T>
void store(T& into, double value) {
  into = static_cast<T>(value);
}

template <class Of>
double value_in(const Of& limits, const Limit& limit) {
  return std::visit(
      [&](auto member) -> double {
        if constexpr (requires { limits.*member; }) return number(limits.*member);
        std::abort();  // a limit of the other kind
      },
      limit.member);
}

template <class Of>
void set_in(Of& limits, const Limit& limit, double value) {
  std::visit(
      [&](auto member) {
        if constexpr (requires { limits.*member; }) return store(limits.*member, value);
        std::abort();
      },
      limit.member);
}

bool is_of_profiles(const Limit& limit) {
  return std::visit(
      [](auto member) {
        return requires {
          Limits{}.*member;
        };
      },
      limit.member);
}

/// What fits, as messages say it.
std::string expected(const Limit& limit) {
  switch (limit.unit) {
    case Unit::count:
      return "a whole number from " + limit.range();
    case Unit::bytes:
      return "a size from " + limit.range() + ", such as 64KiB";
    case Unit::duration:
      return "a duration from " + limit.range() + ", such as 30s";
    case Unit::per_second:
      return "a number from " + limit.range();
  }
  std::abort();
}

std::optional<double> parse(const yaml::Node& node, Unit unit) {
  const bool is_whole = node.kind() == yaml::Kind::integer;
  switch (unit) {
    case Unit::count:
      return is_whole ? std::optional(static_cast<double>(node.integer())) : std::nullopt;
    case Unit::per_second:
      return is_whole || node.kind() == yaml::Kind::number ? std::optional(node.number()) : std::nullopt;
    case Unit::bytes: {
      const auto bytes = parse_size(node.text());
      return bytes ? std::optional(number(*bytes)) : std::nullopt;
    }
    case Unit::duration: {
      const auto length = parse_duration(node.text());
      return length ? std::optional(number(*length)) : std::nullopt;
    }
  }
  std::abort();
}

}  // namespace

bool Limit::stands_in(LimitsOf file) const {
  return file == LimitsOf::deployment || is_of_profiles(*this);
}

double Limit::usual(LimitsOf file) const {
  if (!is_of_profiles(*this)) return value(SharedLimits{}, *this);
  if (file == LimitsOf::profile) return value(Limits{}, *this);
  return zero == Zero::is_no_limit ? 0 : most;
}

bool Limit::exceeds(double value, double allowed) const {
  const auto weight = [this](double amount) {
    return amount == 0 && zero == Zero::is_no_limit ? std::numeric_limits<double>::infinity() : amount;
  };
  return weight(value) > weight(allowed);
}

std::string Limit::text(double value) const {
  switch (unit) {
    case Unit::bytes:
      return format_size(static_cast<std::uint64_t>(value));
    case Unit::duration:
      return format_duration(Millis(static_cast<Millis::rep>(value)));
    case Unit::count:
    case Unit::per_second:
      break;
  }
  std::array<char, 32> digits{};
  const auto end = value == std::floor(value)
                       ? std::to_chars(digits.begin(), digits.end(), static_cast<std::int64_t>(value)).ptr
                       : std::to_chars(digits.begin(), digits.end(), value).ptr;
  return {digits.begin(), end};
}

std::string Limit::range() const {
  return text(least) + " to " + text(most);
}

std::span<const Limit> all_limits() {
  return kLimits;
}

std::vector<std::string> limit_names(LimitsOf file) {
  std::vector<std::string> names;
  for (const Limit& limit : kLimits) {
    if (limit.stands_in(file)) names.emplace_back(limit.name);
  }
  return names;
}

double value(const Limits& limits, const Limit& limit) {
  return value_in(limits, limit);
}

double value(const SharedLimits& limits, const Limit& limit) {
  return value_in(limits, limit);
}

void set(Limits& limits, const Limit& limit, double value) {
  set_in(limits, limit, value);
}

void set(SharedLimits& limits, const Limit& limit, double value) {
  set_in(limits, limit, value);
}

Caps::Caps() {
  for (const Limit& limit : kLimits) {
    if (is_of_profiles(limit)) profile::set(most_, limit, limit.usual(LimitsOf::deployment));
  }
}

void Caps::set(const Limit& limit, double most, std::string origin) {
  profile::set(most_, limit, most);
  origins_.insert_or_assign(limit.name, std::move(origin));
}

std::string_view Caps::origin(const Limit& limit) const {
  const auto found = origins_.find(limit.name);
  return found == origins_.end() ? std::string_view() : found->second;
}

std::optional<double> read_limit(const yaml::Node& node, const Limit& limit, Diagnostics& diagnostics) {
  const bool is_value = node.is_scalar() && !node.is_null();
  const std::optional<double> found = is_value ? parse(node, limit.unit) : std::nullopt;
  if (found && *found >= limit.least && *found <= limit.most) return found;
  const bool lacks_unit =
      !found && limit.unit == Unit::duration && node.kind() == yaml::Kind::integer && node.integer() > 0;
  diagnostics.add(node.place(),
                  "`" + std::string(limit.name) + "` is " + expected(limit) + ", this is " +
                      (is_value ? '`' + shown(node.text()) + '`' : std::string(node.kind_name())),
                  lacks_unit ? "did you mean `" + node.text() + "s`?" : "");
  return std::nullopt;
}

}  // namespace polygate::profile

#include "plugins/sensor_telemetry/record.h"

#include <limits>
#include <stdexcept>

#include "plugins/sensor_telemetry/readings.h"

namespace sensor_telemetry {
namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;
using polygate::StoreValue;

constexpr double kSecondsPerDay = 86'400;
constexpr std::uint64_t kWritesBetweenCleanings = 256;
constexpr std::int64_t kRowsPerCleaning = 1'000;

double keep_seconds(const Json& values) {
  const auto telemetry = values.find("telemetry");
  if (telemetry == values.end()) return 0;
  if (!telemetry->is_object())
    throw std::invalid_argument("settings.telemetry must be a mapping, such as {keep_days: 400}");
  double days = 0;
  for (const auto& [key, value] : telemetry->items()) {
    if (key != "keep_days")
      throw std::invalid_argument("settings.telemetry: unknown key `" + key + "`, expected keep_days");
    if (!value.is_number() || value.get<double>() <= 0) {
      throw std::invalid_argument("settings.telemetry.keep_days: found " + value.dump() +
                                  ", expected a number above 0");
    }
    days = value.get<double>();
  }
  return days * kSecondsPerDay;
}

/// A number stays a number (true and false become 1 and 0, so that averages work); anything else is kept as JSON.
StoreValue value_of(const Json& data, const char* key) {
  if (!data.is_object()) return nullptr;
  const auto found = data.find(key);
  if (found == data.end() || found->is_null()) return nullptr;
  if (found->is_boolean()) return std::int64_t{found->get<bool>() ? 1 : 0};
  if (found->is_string()) return found->get<std::string>();
  if (found->is_number_float()) return found->get<double>();
  const bool too_big = found->is_number_unsigned() &&
                       found->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (found->is_number_integer() && !too_big) return found->get<std::int64_t>();
  return found->dump();
}

std::string controller(const Call& call) {
  if (const auto named = call.with.find("controller"); named != call.with.end() && named->is_string()) {
    return named->get<std::string>();
  }
  return call.user.empty() ? call.session : call.user;
}

}  // namespace

Record::Record(const Settings& settings)
    : store_(store_with_readings(settings)), clock_(*settings.clock), keep_seconds_(keep_seconds(settings.values)) {}

Outcome Record::operator()(const Call& call) {
  const double now = clock_.unix_seconds();
  const auto written = store_.execute(
      "INSERT INTO readings (received, controller, event, time, record, data) VALUES ($1, $2, $3, $4, $5, $6)",
      {now, controller(call), call.event, value_of(call.data, "time"), value_of(call.data, "record"),
       call.data.dump()});
  if (!written) return Outcome::fail(written.failure(), "the reading was not recorded");
  if (keep_seconds_ > 0 && written_++ % kWritesBetweenCleanings == 0) let_old_ones_go(now);
  return Outcome::accept({{"received", now}});
}

void Record::let_old_ones_go(double now) {
  // The reading itself is safe; what cannot be deleted now is deleted with a later one.
  static_cast<void>(store_.execute(
      "DELETE FROM readings WHERE id IN (SELECT id FROM readings WHERE received < $1 ORDER BY received LIMIT $2)",
      {now - keep_seconds_, kRowsPerCleaning}));
}

}  // namespace sensor_telemetry

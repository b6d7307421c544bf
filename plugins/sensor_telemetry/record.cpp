#include "plugins/sensor_telemetry/record.h"

#include "plugins/sensor_telemetry/readings.h"

namespace sensor_telemetry {
namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;
using polygate::StoreRow;
using polygate::StoreValue;
using polygate::Transaction;

constexpr double kSecondsPerDay = 86'400;
constexpr std::uint64_t kWritesBetweenCleanings = 256;
constexpr std::int64_t kRowsPerCleaning = 1'000;

double keep_seconds(const Json& values) {
  return values.value("telemetry", Json::object()).value("keep_days", 0.0) * kSecondsPerDay;
}

/// The number of that name, so that averages work; nothing when it is something else, which `data` has all the same.
StoreValue number_of(const Json& data, const char* key) {
  if (!data.is_object()) return nullptr;
  const auto found = data.find(key);
  if (found == data.end()) return nullptr;
  if (found->is_boolean()) return found->get<bool>() ? 1.0 : 0.0;
  if (!found->is_number()) return nullptr;
  return found->get<double>();
}

std::string controller(const Call& call) {
  if (const auto named = call.with.find("controller"); named != call.with.end() && named->is_string()) {
    return named->get<std::string>();
  }
  return call.user.empty() ? call.session : call.user;
}

}  // namespace

Record::Record(const Settings& settings) : clock_(*settings.clock), keep_seconds_(keep_seconds(settings.values)) {
  store_of(settings);
}

Outcome Record::operator()(const Call& call) {
  const double now = clock_.unix_seconds();
  const bool cleans = keep_seconds_ > 0 && written_++ % kWritesBetweenCleanings == 0;
  const double keep_from = now - keep_seconds_;
  const StoreRow row = {now,
                        controller(call),
                        call.event,
                        number_of(call.data, "time"),
                        number_of(call.data, "record"),
                        call.data.dump()};
  return Outcome::write(controller(call), [=](Transaction& db) {
    auto done = db.run(
        "INSERT INTO readings (received, controller, event, time, record, data) VALUES ($1, $2, $3, $4, $5, $6)", row);
    if (done && cleans) {
      done = db.run(
          "DELETE FROM readings WHERE id IN (SELECT id FROM readings WHERE received < $1 ORDER BY received LIMIT $2)",
          {keep_from, kRowsPerCleaning});
    }
    if (!done) return Outcome::fail(done.failure(), "the reading was not recorded");
    return Outcome::accept({{"received", now}});
  });
}

}  // namespace sensor_telemetry

#include "plugins/sensor_telemetry/history.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "plugins/sensor_telemetry/readings.h"

namespace sensor_telemetry {
namespace {

using polygate::Call;
using polygate::Json;
using polygate::Outcome;
using polygate::Settings;
using polygate::StoreRow;

constexpr double kDefaultLimit = 100;
constexpr double kMaxLimit = 1'000;

/// A number, or text that is one (a query parameter of HTTP is text).
std::optional<double> number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  const Json parsed = Json::parse(value.get_ref<const std::string&>(), nullptr, false);
  if (!parsed.is_number()) return std::nullopt;
  return parsed.get<double>();
}

}  // namespace

History::History(const Settings& settings) : store_(store_of(settings)) {}

Outcome History::operator()(const Call& call) {
  std::string sql = "SELECT received, controller, event, data FROM readings WHERE 1=1";
  StoreRow parameters;
  double limit = kDefaultLimit;
  for (const auto& [key, value] : call.with.items()) {
    if (value.is_null()) continue;
    if (key == "event" || key == "controller") {
      if (!value.is_string()) return Outcome::refuse(key + ": found " + value.dump() + ", expected text");
      parameters.emplace_back(value.get<std::string>());
      sql += " AND " + key + " = $" + std::to_string(parameters.size());
      continue;
    }
    const std::optional<double> given = number(value);
    if (!given) return Outcome::refuse(key + ": found " + value.dump() + ", expected a number");
    if (key == "limit") {
      limit = *given;
      continue;
    }
    if (key != "since" && key != "until") {
      return Outcome::refuse("unknown field `" + key + "`, expected event, controller, since, until or limit");
    }
    parameters.emplace_back(*given);
    sql += (key == "since" ? " AND received >= $" : " AND received < $") + std::to_string(parameters.size());
  }
  if (!(limit >= 1 && limit <= kMaxLimit)) return Outcome::refuse("limit must be a number from 1 to 1000");
  parameters.emplace_back(static_cast<std::int64_t>(limit));
  sql += " ORDER BY received DESC, id DESC LIMIT $" + std::to_string(parameters.size());

  auto rows = store_.query(sql, std::move(parameters));
  if (!rows) return Outcome::fail(rows.failure(), "the readings cannot be read");
  Json readings = Json::array();
  for (const StoreRow& row : *rows) {
    readings.push_back({{"received", std::get<double>(row[0])},
                        {"controller", std::get<std::string>(row[1])},
                        {"event", std::get<std::string>(row[2])},
                        {"data", Json::parse(std::get<std::string>(row[3]), nullptr, false)}});
  }
  return Outcome::accept({{"readings", std::move(readings)}});
}

}  // namespace sensor_telemetry

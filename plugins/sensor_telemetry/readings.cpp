#include "plugins/sensor_telemetry/readings.h"

#include <stdexcept>

namespace sensor_telemetry {
namespace {

// IF NOT EXISTS: stores that are older than migrations have the table, with `time` and `record` of any type.
constexpr char kReadings[] = R"(
CREATE TABLE IF NOT EXISTS readings (
  id @id,
  received DOUBLE PRECISION NOT NULL,  -- unix seconds, our clock
  controller TEXT NOT NULL,            -- who sent it
  event TEXT NOT NULL,
  time DOUBLE PRECISION,               -- data.time, where it is a number: the firmware gives it no unit
  record DOUBLE PRECISION,             -- data.record, where it is a number; true and false are 1 and 0
  data TEXT NOT NULL                   -- all of data as sent, JSON
);
CREATE INDEX IF NOT EXISTS readings_by_event ON readings (event, received);
CREATE INDEX IF NOT EXISTS readings_by_time ON readings (received);
)";

}  // namespace

std::vector<polygate::Migration> migrations() {
  return {{"0001 readings", kReadings}};
}

polygate::Store& store_of(const polygate::Settings& settings) {
  if (settings.store != nullptr) return *settings.store;
  throw std::invalid_argument("readings need a store, and the deployment has none: set `store` in gateway.yaml");
}

}  // namespace sensor_telemetry

#include "plugins/sensor_telemetry/readings.h"

#include <stdexcept>

namespace sensor_telemetry {

polygate::Store& store_with_readings(const polygate::Settings& settings) {
  if (settings.store == nullptr) {
    throw std::invalid_argument("readings need a store, and the deployment has none: set `store` in gateway.yaml");
  }
  for (const char* sql : {
           "CREATE TABLE IF NOT EXISTS readings ("
           " id @id,"
           " received DOUBLE PRECISION NOT NULL,"  // unix seconds, our clock
           " controller TEXT NOT NULL,"            // who sent it
           " event TEXT NOT NULL,"                 //
           " time,"                                // data.time as sent: the firmware gives it no unit
           " record,"                              // data.record as sent
           " data TEXT NOT NULL)",                 // all of data, JSON
           "CREATE INDEX IF NOT EXISTS readings_by_event ON readings (event, received)",
           "CREATE INDEX IF NOT EXISTS readings_by_time ON readings (received)",
       }) {
    if (auto made = settings.store->execute(sql, {}); !made) throw std::runtime_error(made.failure().message);
  }
  return *settings.store;
}

}  // namespace sensor_telemetry

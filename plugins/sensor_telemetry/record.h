#pragma once
#include <cstdint>
#include <string>

#include "gateway/plugin/plugin.h"

namespace sensor_telemetry {

/// Writes each reading to the table `readings` before the rule goes on, so that what is forwarded is on disk. A
/// blocking handler: one instance per pool thread, all on the same store. Its row: when it was received, who sent it
/// (`with.controller`, else the user, else the session), the event, and `data` with its `time` and `record` as sent.
/// `settings: {telemetry: {keep_days: 400}}` lets older readings go; without it all are kept.
class Record {
 public:
  explicit Record(const polygate::Settings& settings);
  polygate::Outcome operator()(const polygate::Call& call);

 private:
  void let_old_ones_go(double now);

  polygate::Store& store_;
  const polygate::Clock& clock_;
  double keep_seconds_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace sensor_telemetry

#pragma once
#include <cstdint>
#include <string>

#include "gateway/plugin/plugin.h"

namespace sensor_telemetry {

/// Writes each reading to the table `readings` before the rule goes on, so that what is forwarded is on disk; those of
/// one controller in the order in which they came. An inline handler, which waits for nothing. Its row: when it was
/// received, who sent it (`with.controller`, else the user, else the session), the event, and `data`, with its `time`
/// and `record` in columns of their own where they are numbers. `settings: {telemetry: {keep_days: 400}}` lets older
/// readings go; without it all are kept.
class Record {
 public:
  explicit Record(const polygate::Settings& settings);
  polygate::Outcome operator()(const polygate::Call& call);

 private:
  const polygate::Clock& clock_;
  double keep_seconds_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace sensor_telemetry

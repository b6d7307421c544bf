#pragma once
#include <optional>
#include <string>
#include <vector>

#include "gateway/dialect/engine_io_packet.h"
#include "gateway/routing/ids.h"

namespace polygate::engine_io {

/// How a socket goes to another worker, once: where to, and the packets of its client that are to be taken there.
class Move {
 public:
  /// A packet with its bytes.
  struct Held {
    Type type;
    bool binary;
    std::string data;
  };

  /// `first` = the message to be taken first. False: it has moved before.
  bool begin(WorkerIndex to, std::string first);
  std::optional<WorkerIndex> to() const { return to_; }
  bool is_under_way() const { return to_.has_value(); }
  void hold(const Packet& packet) { held_.push_back({packet.type, packet.binary, std::string(packet.data)}); }
  /// It is there: what was held.
  std::vector<Held> arrive();

 private:
  bool has_moved_ = false;
  std::optional<WorkerIndex> to_;
  std::vector<Held> held_;
};

}  // namespace polygate::engine_io

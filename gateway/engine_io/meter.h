#pragma once
#include <cstdint>
#include <map>

namespace polygate::engine_io {

/// What the sockets of one worker count. Plain numbers, touched on the worker's thread.
struct Meter {
  std::uint64_t outbox_bytes = 0;                 ///< waiting now
  std::uint64_t lost = 0;                         ///< peers that did not answer a ping
  std::map<std::uint16_t, std::uint64_t> closes;  ///< by close code; what a session wanted is in its own Meter
};

}  // namespace polygate::engine_io

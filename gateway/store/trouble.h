#pragma once
#include <cstdint>
#include <string>

#include "gateway/base/result.h"

namespace polygate {

/// What may be wrong with a store or with what is asked of it, whichever engine is behind it.
enum class Trouble : std::uint8_t {
  locked,       ///< another process holds it
  crowded,      ///< too many writes wait already
  closing,      ///< the gateway ends
  unreachable,  ///< removed, no connection, a disk that fails
  damaged,      ///< what is stored does not hold together
  unsure,       ///< nobody knows whether the commit is durable
  full,         ///< no room left
  too_much,     ///< a value or an answer beyond a limit
  constraint,   ///< a rule of the tables
  misuse,       ///< a statement that is not understood
};

/// The failure in the gateway's own words, for clients; `details` are the engine's, for the log.
Failure trouble(Trouble kind, std::string details);

}  // namespace polygate

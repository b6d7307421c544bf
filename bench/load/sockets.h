#pragma once

#include <cstdint>
#include <string>

namespace bench {

/// A connection to 127.0.0.1:`port` without Nagle's delay. `source` picks the local address, so that the ports of one
/// address suffice. Fails when it cannot be made; `who` is what it is for.
int connect_to(std::uint16_t port, unsigned source, const std::string& who);

/// Ends a connection with a reset: nothing of it is left in TIME_WAIT.
void reset(int fd);

}  // namespace bench

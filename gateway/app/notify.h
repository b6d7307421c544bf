#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace polygate::app {

/// Tells systemd a state such as "READY=1" (sd_notify(3)): one datagram to `socket`, the value of $NOTIFY_SOCKET. An
/// address that starts with "@" is an abstract one. Nothing happens when there is no socket; false when it refuses.
bool notify(const std::optional<std::string>& socket, std::string_view state);

}  // namespace polygate::app

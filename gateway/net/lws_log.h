#pragma once
#include "gateway/base/log.h"

namespace polygate::net {

/// Sends libwebsockets' own warnings and errors to `log`, at most one line in ten seconds; null silences it. The
/// library has one log for the whole process, so the last one wins. `log` outlives every context, or null is set
/// before.
void send_library_log_to(Log* log);

}  // namespace polygate::net

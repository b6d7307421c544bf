#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/engine_io/census.h"
#include "gateway/http/handler.h"
#include "gateway/http/router.h"
#include "gateway/server/letters.h"
#include "gateway/server/settings.h"
#include "gateway/turns/services.h"

namespace polygate::server {

/// What all workers of a server share; immutable but for the census, outlives them.
struct Shared {
  Settings settings;
  std::vector<ListenerSettings> listeners;
  turns::Services services;
  http::Router router;
  std::vector<std::shared_ptr<WorkerInbox>> inboxes;  ///< of all workers; complete before the first of them runs
  std::shared_ptr<engine_io::Census> census;          ///< locked: what they count together

  /// Null where WebSockets are spoken.
  const http::Handler* handler(std::uint16_t listener) const {
    const http::Handler& handler = listeners[listener].http;
    return handler ? &handler : nullptr;
  }
  std::string_view listener_name(std::uint16_t listener) const { return listeners[listener].name; }
};

}  // namespace polygate::server

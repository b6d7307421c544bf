#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/verifiers.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/plugin/handlers.h"
#include "gateway/profile/profile.h"
#include "gateway/routing/exchange.h"
#include "gateway/rules/authenticating.h"

namespace polygate::turns {

/// What all sessions of a process share. Everything outlives the workers.
struct Services {
  using HandlerIds = std::map<std::string, Handlers::Id, std::less<>>;

  const Clock* clock = nullptr;
  Log* log = nullptr;
  Exchange* exchange = nullptr;
  const auth::Verifiers* verifiers = nullptr;
  Handlers* handlers = nullptr;
  std::vector<profile::ProfilePtr> profiles;
  std::vector<HandlerIds> handler_ids;  ///< for each profile: "plugin.handler" -> id
  /// Runs `task` on the thread of `worker`, soon. Thread-safe. For answers of handlers that ran elsewhere.
  std::function<void(WorkerIndex worker, std::function<void()> task)> post;

  /// Whom the first verifier of `step` that accepts `token` takes its bearer for. That all have refused it is logged,
  /// with its address.
  Result<rules::Judged> verify(const profile::AuthenticateStep& step, std::string_view token,
                               std::string_view address) const;
};

}  // namespace polygate::turns

#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/app/metrics.h"
#include "gateway/base/result.h"
#include "gateway/http/handler.h"

namespace polygate::app {

/// What the admin listener answers: GET and HEAD of /livez, /readyz and /metrics. Called on worker threads; outlives
/// the server that calls it.
class Admin {
 public:
  struct Sources {
    /// Gathers a snapshot and hands it on, on any thread; never called when the server is gone meanwhile.
    std::function<void(std::function<void(Snapshot)> done)> collect;
    std::function<Result<void>()> store_health;  ///< must not block
  };

  explicit Admin(Sources sources) : sources_(std::move(sources)) {}

  void answer(const wire::HttpRequest& request, http::Reply reply) const;
  /// From now on /readyz says no. The one word that the main thread tells the workers without a letter: readiness must
  /// turn at once, whatever the workers are doing.
  void drain() { draining_ = true; }

 private:
  http::Response readiness() const;

  Sources sources_;
  std::atomic<bool> draining_{false};
};

}  // namespace polygate::app

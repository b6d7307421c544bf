#include "gateway/app/admin.h"

#include <memory>
#include <utility>

namespace polygate::app {
namespace {

http::Response text_response(std::string body, std::string type = "text/plain; charset=utf-8") {
  http::Response response;
  response.headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

void Admin::answer(const wire::HttpRequest& request, http::Reply reply) const {
  const std::string_view path = request.path();
  if (path != "/livez" && path != "/readyz" && path != "/metrics") {
    return reply.answer(http::problem_response(404, "nothing is here; there are /livez, /readyz and /metrics"));
  }
  if (request.method() != "GET" && request.method() != "HEAD") {
    http::Response response = http::problem_response(405, std::string(path) + " is only to be read");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return reply.answer(std::move(response));
  }
  if (path == "/livez") return reply.answer(text_response("ok\n"));
  if (path == "/readyz") return reply.answer(readiness());
  const auto later = std::make_shared<http::Reply>(std::move(reply));  // a std::function must be copyable
  sources_.collect([later](const Snapshot& snapshot) {
    later->answer(text_response(render_metrics(snapshot), "text/plain; version=0.0.4; charset=utf-8"));
  });
}

http::Response Admin::readiness() const {
  if (draining_) return http::problem_response(503, "draining: this gateway is shutting down");
  if (auto store = sources_.store_health(); !store) {
    return http::problem_response(503, "the store cannot be written to: " + store.failure().message);
  }
  return text_response("ok\n");
}

}  // namespace polygate::app

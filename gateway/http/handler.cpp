#include "gateway/http/handler.h"

#include "gateway/wire/http_response.h"

namespace polygate::http {

Reply::~Reply() {
  if (sink_) answer(problem_response(500, "the request was not answered"));
}

void Reply::answer(Response response) {
  if (const Sink sink = std::exchange(sink_, nullptr)) sink(std::move(response));
}

Response problem_response(int status, std::string_view detail) {
  return {status, {{"Content-Type", std::string(wire::kProblemJson)}}, wire::problem(status, detail), false};
}

}  // namespace polygate::http

#include "gateway/store/store.h"

#include <exception>
#include <future>
#include <memory>
#include <utility>

#include "gateway/store/waiting.h"

namespace polygate {

Result<void> write_and_wait(Store& store, std::string key, const std::function<Result<void>(Transaction&)>& body,
                            bool defines) {
  Result<void> said;
  std::exception_ptr thrown;
  const auto run = [&](Transaction& transaction) {
    thrown = nullptr;
    try {
      said = body(transaction);
      return static_cast<bool>(said);
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
  };
  auto promise = std::make_shared<std::promise<Result<void>>>();  // the store may still be in it at our end
  auto future = promise->get_future();
  Result<void> taken = store.submit(
      {std::move(key), run, [promise](Result<void> result) { promise->set_value(std::move(result)); }, defines});
  if (!taken) return taken;
  Result<void> done = future.get();
  if (thrown) std::rethrow_exception(thrown);
  return said ? done : said;
}

Result<void> Store::write(std::string key, const std::function<Result<void>(Transaction&)>& body) {
  return write_and_wait(*this, std::move(key), body, false);
}

}  // namespace polygate

#include "gateway/plugin/handlers_enquiry.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace polygate {
namespace {

/// One answer on its way from a worker to the thread that waits for it.
class Reply {
 public:
  void put(Enquiries::Present answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
    came_.notify_all();
  }

  Enquiries::Present wait(Millis within, const std::stop_token& stopping) {
    std::unique_lock lock(mutex_);
    if (came_.wait_for(lock, stopping, within, [&] { return answer_.has_value(); })) return std::move(*answer_);
    const bool stops = stopping.stop_requested();
    return Failure{Reason::busy, stops ? "the gateway is shutting down" : "who is present was not said in time"};
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any came_;
  std::optional<Enquiries::Present> answer_;  // guarded by mutex_
};

}  // namespace

Result<std::vector<std::string>> WaitingEnquiry::present(std::vector<std::string> topics) const {
  if (std::this_thread::get_id() != thread_) {
    throw std::logic_error("`present` is asked while the handler runs, on its thread");
  }
  if (topics.size() > kMostPresent) {
    return Failure{Reason::limited, "at most " + std::to_string(kMostPresent) + " topics can be asked for at once"};
  }
  const auto reply = std::make_shared<Reply>();
  asked_.present(std::move(topics), [reply](Enquiries::Present answer) { reply->put(std::move(answer)); });
  return reply->wait(asked_.within, stopping_);
}

}  // namespace polygate

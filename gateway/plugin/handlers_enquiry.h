#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/plugin/enquiry.h"

namespace polygate {

/// Who answers what a call asks while it runs.
struct Enquiries {
  using Present = Result<std::vector<std::string>>;
  /// Called on the handler's thread. `answer` is called there or on another, later, at most once.
  std::function<void(std::vector<std::string> topics, std::function<void(Present)> answer)> present{};
  Millis within{0};  ///< then the handler waits no longer
};

/// Lets one call wait for its answers. Made on the thread that runs the call, and of use there alone: who has copied
/// the call into a closure must not make the store wait.
class WaitingEnquiry final : public Enquiry {
 public:
  WaitingEnquiry(Enquiries asked, std::stop_token stopping)
      : asked_(std::move(asked)), stopping_(std::move(stopping)), thread_(std::this_thread::get_id()) {}

  Result<std::vector<std::string>> present(std::vector<std::string> topics) const override;

 private:
  const Enquiries asked_;
  const std::stop_token stopping_;
  const std::thread::id thread_;
};

}  // namespace polygate

#include "gateway/turns/enquiries.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/rules/topic_named.h"

namespace polygate::turns {
namespace {

using Answer = std::function<void(Enquiries::Present)>;

/// One question, until the Exchange has answered for each of its topics.
struct Roll {
  std::vector<std::string> names;
  std::vector<bool> present;
  std::size_t open = 0;
  Answer answer;

  void came() {
    if (--open > 0) return;
    std::vector<std::string> there;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (present[i]) there.push_back(std::move(names[i]));
    }
    answer(std::move(there));
  }
};

/// On the worker's thread.
void call_roll(const Services& services, WorkerIndex worker, std::uint16_t profile, std::vector<std::string> names,
               Answer answer) {
  std::vector<Topic> topics;
  for (const std::string& name : names) {
    auto topic = rules::topic_to_ask_for(*services.profiles[profile], name);
    if (!topic) return answer(topic.failure());
    topics.push_back(std::move(*topic));
  }
  const auto roll = std::make_shared<Roll>();
  roll->present.resize(topics.size());
  roll->open = topics.size() + 1;
  roll->names = std::move(names);
  roll->answer = std::move(answer);
  for (std::size_t i = 0; i < topics.size(); ++i) {
    services.exchange->present(worker, topics[i], [roll, i](bool is_present) {
      roll->present[i] = is_present;
      roll->came();
    });
  }
  roll->came();
}

}  // namespace

Enquiries enquiries_of(const Services& services, WorkerIndex worker, std::uint16_t profile) {
  Enquiries made;
  made.within = services.profiles[profile]->limits.turn_within;
  made.present = [&services, worker, profile](std::vector<std::string> names, Answer answer) {
    services.post(worker, [&services, worker, profile, names = std::move(names), answer = std::move(answer)]() mutable {
      call_roll(services, worker, profile, std::move(names), std::move(answer));
    });
  };
  return made;
}

}  // namespace polygate::turns

#include "gateway/session/local_topics.h"

namespace polygate::session {

LocalTopic* LocalTopics::find(std::string_view key) {
  const auto found = topics_.find(key);
  return found == topics_.end() ? nullptr : found->second.get();
}

LocalTopic& LocalTopics::at(const Topic& topic) {
  auto& entry = topics_[topic.key];
  if (!entry) entry = std::make_unique<LocalTopic>(LocalTopic{topic, {}});
  return *entry;
}

LocalTopics::Left LocalTopics::leave(LocalTopic& topic, std::size_t index) {
  Left left;
  auto& members = topic.members;
  if (index + 1 < members.size()) {
    members[index] = members.back();
    left.moved = members[index].slot;
  }
  members.pop_back();
  if (members.empty()) {
    topics_.erase(topics_.find(topic.topic.key));
    left.topic_gone = true;
  }
  return left;
}

}  // namespace polygate::session

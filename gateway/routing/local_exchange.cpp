#include "gateway/routing/local_exchange.h"

#include <algorithm>
#include <map>
#include <utility>

namespace polygate {

/// A topic that somebody listens to, or that keeps something.
struct LocalExchange::Joined {
  struct Entry {
    std::string key;
    FramePtr frame;
  };
  std::shared_ptr<const std::string> key;
  std::vector<WorkerIndex> workers;                       ///< that listen; few
  std::map<std::uint64_t, Entry> kept;                    ///< by sequence: the order of publishing
  std::unordered_map<std::string, std::uint64_t> by_key;  ///< where each kept key is
};

LocalExchange::LocalExchange() : LocalExchange(Limits{}) {}
LocalExchange::LocalExchange(const Limits& limits) : limits_(limits) {}
LocalExchange::~LocalExchange() = default;

void LocalExchange::attach(WorkerIndex worker, Post& post) {
  const std::scoped_lock lock(mutex_);
  if (posts_.size() <= worker) posts_.resize(worker + std::size_t{1}, nullptr);
  posts_[worker] = &post;
}

void LocalExchange::claim(const Topic& topic, SessionId who, Taken when_taken, std::function<void(Claim)> done) {
  Claim outcome{true, who, false, {}};
  {
    const std::scoped_lock lock(mutex_);
    const auto at = claims_.find(topic.key);
    if (at == claims_.end()) {
      auto key = std::make_shared<const std::string>(topic.key);
      const std::string_view view = *key;
      claims_.emplace(view, Claimed{std::move(key), who, false});
    } else if (at->second.owner != who) {
      if (at->second.is_ending) {
        outcome = {false, at->second.owner, true, {}};
      } else if (when_taken == Taken::replace) {
        outcome.evicted = std::exchange(at->second.owner, who);
        post({Direct::Kind::evict, outcome.evicted, nullptr, at->second.key, who});
      } else {
        outcome = {false, at->second.owner, false, {}};
      }
    }
  }
  done(outcome);
}

void LocalExchange::take_over(const Topic& topic, SessionId who, SessionId dead, std::function<void(Claim)> done) {
  bool still_held = false;
  {
    const std::scoped_lock lock(mutex_);
    const auto at = claims_.find(topic.key);
    still_held = at != claims_.end() && at->second.owner == dead;
    if (still_held && dead != who) {
      at->second.owner = who;
      at->second.is_ending = false;
      post({Direct::Kind::evict, dead, nullptr, at->second.key, who});
    }
  }
  if (still_held) {
    done({true, who, false, dead == who ? SessionId{} : dead});
  } else {
    claim(topic, who, Taken::refuse, std::move(done));
  }
}

void LocalExchange::ending(const Topic& topic, SessionId who) {
  const std::scoped_lock lock(mutex_);
  const auto at = claims_.find(topic.key);
  if (at != claims_.end() && at->second.owner == who) at->second.is_ending = true;
}

void LocalExchange::release(const Topic& topic, SessionId who) {
  const std::scoped_lock lock(mutex_);
  const auto at = claims_.find(topic.key);
  if (at != claims_.end() && at->second.owner == who) claims_.erase(at);
}

void LocalExchange::present(const Topic& topic, std::function<void(bool)> done) {
  bool found = false;
  {
    const std::scoped_lock lock(mutex_);
    switch (topic.kind) {
      case TopicKind::claimed:
        found = claims_.contains(topic.key);
        break;
      case TopicKind::joined: {
        const auto at = topics_.find(topic.key);
        found = at != topics_.end() && !at->second.workers.empty();
        break;
      }
      case TopicKind::session: {
        const auto id = SessionId::parse(topic.name());
        found = id && id->worker < posts_.size() && posts_[id->worker] != nullptr;
        break;
      }
    }
  }
  done(found);
}

LocalExchange::Joined& LocalExchange::joined(const Topic& topic) {
  const auto at = topics_.find(topic.key);
  if (at != topics_.end()) return at->second;
  auto key = std::make_shared<const std::string>(topic.key);
  const std::string_view view = *key;
  return topics_.emplace(view, Joined{std::move(key), {}, {}, {}}).first->second;
}

void LocalExchange::drop_if_idle(JoinedTopics::iterator at) {
  if (!at->second.workers.empty() || !at->second.kept.empty()) return;
  const std::shared_ptr<const std::string> key =
      at->second.key;  // the map's key is a view of it until the end of erase
  topics_.erase(at);
}

std::uint64_t LocalExchange::listen(const Topic& topic, WorkerIndex worker) {
  const std::scoped_lock lock(mutex_);
  std::vector<WorkerIndex>& workers = joined(topic).workers;
  if (std::find(workers.begin(), workers.end(), worker) == workers.end()) workers.push_back(worker);
  return sequence_;
}

void LocalExchange::unlisten(const Topic& topic, WorkerIndex worker) {
  const std::scoped_lock lock(mutex_);
  const auto at = topics_.find(topic.key);
  if (at == topics_.end()) return;
  std::erase(at->second.workers, worker);
  drop_if_idle(at);
}

std::uint64_t LocalExchange::sequence(const Topic&) {
  const std::scoped_lock lock(mutex_);
  return sequence_;
}

Result<std::size_t> LocalExchange::publish(const Topic& topic, FramePtr frame, const Sending& sending) {
  if (topic.kind == TopicKind::joined) return publish_joined(topic, std::move(frame), sending);
  SessionId to;
  const std::scoped_lock lock(mutex_);
  if (topic.kind == TopicKind::claimed) {
    const auto at = claims_.find(topic.key);
    if (at != claims_.end()) to = at->second.owner;
  } else {
    to = SessionId::parse(topic.name()).value_or(SessionId{});
  }
  if (!to || to == sending.except || !frame) return std::size_t{0};
  // Who sends to a session by its id may have got the id from anywhere.
  auto key = topic.kind == TopicKind::session ? std::make_shared<const std::string>(topic.key) : nullptr;
  return post({Direct::Kind::frame, to, std::move(frame), std::move(key), {}});
}

Result<std::size_t> LocalExchange::publish_joined(const Topic& topic, FramePtr frame, const Sending& sending) {
  const bool keeps = sending.is_kept && !sending.forget && frame != nullptr;
  const std::scoped_lock lock(mutex_);
  const auto at = topics_.find(topic.key);
  if (at == topics_.end() && !keeps) return std::size_t{0};
  Joined& entry = at == topics_.end() ? joined(topic) : at->second;
  if (keeps) {
    if (const auto room = keep(entry, frame, sending); !room) {
      drop_if_idle(topics_.find(topic.key));
      return room.failure();
    }
  } else if (frame) {
    ++sequence_;
  }
  std::size_t workers = 0;
  for (const WorkerIndex worker : entry.workers) {
    if (!frame) break;
    posts_[worker]->deliver({entry.key, sequence_, frame, sending.except});
    ++workers;
  }
  if (sending.forget) {
    forget(entry, sending.keep);
    drop_if_idle(topics_.find(topic.key));
  }
  return workers;
}

/// Takes the next sequence for `frame` and keeps it under its key, in the place of an older one.
Result<void> LocalExchange::keep(Joined& topic, const FramePtr& frame, const Sending& sending) {
  const auto old = topic.by_key.find(sending.keep);
  const bool is_new = old == topic.by_key.end();
  const std::size_t freed = is_new ? 0 : topic.kept.at(old->second).frame->bytes().size();
  if (is_new && topic.kept.size() >= sending.max_kept) {
    return Failure{Reason::limited, "the topic keeps " + std::to_string(topic.kept.size()) +
                                        " messages already, the most that it may (kept_per_topic)"};
  }
  if ((is_new && kept_frames_ >= limits_.kept_frames) ||
      kept_bytes_ - freed + frame->bytes().size() > limits_.kept_bytes) {
    return Failure{Reason::limited, "all topics together keep as much as they may"};
  }
  if (!is_new) forget(topic, sending.keep);
  ++sequence_;
  topic.by_key.emplace(sending.keep, sequence_);
  topic.kept.emplace(sequence_, Joined::Entry{sending.keep, frame});
  ++kept_frames_;
  kept_bytes_ += frame->bytes().size();
  return {};
}

void LocalExchange::forget(Joined& topic, const std::string& key) {
  const auto at = topic.by_key.find(key);
  if (at == topic.by_key.end()) return;
  const auto entry = topic.kept.find(at->second);
  --kept_frames_;
  kept_bytes_ -= entry->second.frame->bytes().size();
  topic.kept.erase(entry);
  topic.by_key.erase(at);
}

std::vector<Kept> LocalExchange::kept(const Topic& topic, std::uint64_t up_to) {
  std::vector<Kept> kept;
  const std::scoped_lock lock(mutex_);
  const auto at = topics_.find(topic.key);
  if (at == topics_.end()) return kept;
  for (const auto& [sequence, entry] : at->second.kept) {
    if (sequence > up_to) break;
    kept.push_back({sequence, entry.frame});
  }
  return kept;
}

void LocalExchange::direct(Direct direct) {
  const std::scoped_lock lock(mutex_);
  post(std::move(direct));
}

std::size_t LocalExchange::post(Direct direct) {
  const WorkerIndex worker = direct.to.worker;
  // An id that a client made up may name a worker that never was: nobody is there.
  if (worker >= posts_.size() || posts_[worker] == nullptr) return 0;
  posts_[worker]->direct(std::move(direct));
  return 1;
}

}  // namespace polygate

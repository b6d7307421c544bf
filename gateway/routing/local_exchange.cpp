#include "gateway/routing/local_exchange.h"

#include <algorithm>
#include <utility>

namespace polygate {

namespace {

/// Messages that are given back at once: every caller pays for a few, so that they cannot pile up.
constexpr std::size_t kPerCall = 16;
constexpr std::size_t kPerLetGo = 512;

}  // namespace

/// A topic that somebody listens to.
struct LocalExchange::Joined {
  std::shared_ptr<const std::string> key;
  std::vector<WorkerIndex> workers;  ///< that listen; few
};

LocalExchange::LocalExchange(const Clock& clock, std::size_t kept_bytes) : clock_(clock), kept_(kept_bytes) {}
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
        found = at != topics_.end();
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
  return topics_.emplace(view, Joined{std::move(key), {}}).first->second;
}

void LocalExchange::drop_if_idle(JoinedTopics::iterator at) {
  if (!at->second.workers.empty()) return;
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

Exchange::Published LocalExchange::publish(const Topic& topic, FramePtr frame, const Sending& sending) {
  if (topic.kind == TopicKind::joined) return publish_joined(topic, frame, sending);
  SessionId to;
  const std::scoped_lock lock(mutex_);
  if (topic.kind == TopicKind::claimed) {
    const auto at = claims_.find(topic.key);
    if (at != claims_.end()) to = at->second.owner;
  } else {
    to = SessionId::parse(topic.name()).value_or(SessionId{});
  }
  if (!to || to == sending.except) return {};
  // Who sends to a session by its id may have got the id from anywhere.
  auto key = topic.kind == TopicKind::session ? std::make_shared<const std::string>(topic.key) : nullptr;
  return post({Direct::Kind::frame, to, std::move(frame), std::move(key), {}});
}

Exchange::Published LocalExchange::publish_joined(const Topic& topic, const FramePtr& frame, const Sending& sending) {
  Published published;
  const std::scoped_lock lock(mutex_);
  let_some_go(kPerCall);
  const auto at = topics_.find(topic.key);
  if (at == topics_.end() && !sending.keep && sending.forget.empty()) return published;
  ++sequence_;
  for (const std::string& key : sending.forget) kept_.forget(topic.key, key);
  if (sending.keep) {
    const Instant now = sending.keep->lasts.count() > 0 ? clock_.now() : Instant{};
    published.not_kept = kept_.put(topic.key, sequence_, frame, *sending.keep, now);
  }
  if (at == topics_.end()) return published;
  for (const WorkerIndex worker : at->second.workers) {
    if (posts_[worker]->deliver({at->second.key, sequence_, frame, sending.except})) {
      published.pressed.push_back(worker);
    }
    ++published.handed;
  }
  return published;
}

bool LocalExchange::await_eased(WorkerIndex worker, WorkerIndex who) {
  const std::scoped_lock lock(mutex_);
  return posts_[worker]->await_eased(who);
}

std::vector<Kept> LocalExchange::kept(const Topic& topic, const KeptRange& range) {
  const std::scoped_lock lock(mutex_);
  return kept_.list(topic.key, range, let_some_go(kPerCall));
}

void LocalExchange::let_go() {
  const std::scoped_lock lock(mutex_);
  let_some_go(kPerLetGo);
}

Instant LocalExchange::let_some_go(std::size_t at_most) {
  if (!kept_.ages()) return {};
  const Instant now = clock_.now();
  kept_.let_go(now, at_most);
  return now;
}

KeptMessages::Meters LocalExchange::kept_meters() {
  const std::scoped_lock lock(mutex_);
  return kept_.meters();
}

void LocalExchange::direct(Direct direct) {
  const std::scoped_lock lock(mutex_);
  post(std::move(direct));
}

Exchange::Published LocalExchange::post(Direct direct) {
  Published published;
  const WorkerIndex worker = direct.to.worker;
  // An id that a client made up may name a worker that never was: nobody is there.
  if (worker >= posts_.size() || posts_[worker] == nullptr) return published;
  published.handed = 1;
  if (posts_[worker]->direct(std::move(direct))) published.pressed.push_back(worker);
  return published;
}

}  // namespace polygate

#include "gateway/routing/local_exchange.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace polygate {

namespace {

/// Messages that are given back at once: every caller pays for a few, so that they cannot pile up.
constexpr std::size_t kPerCall = 16;
constexpr std::size_t kPerLetGo = 512;

void add(std::vector<WorkerIndex>& workers, WorkerIndex worker) {
  if (std::find(workers.begin(), workers.end(), worker) == workers.end()) workers.push_back(worker);
}

}  // namespace

/// A topic that somebody listens to.
struct LocalExchange::Listened {
  std::shared_ptr<const std::string> key;
  std::vector<WorkerIndex> workers;  ///< that listen; few
};

LocalExchange::LocalExchange(const Clock& clock, std::size_t kept_bytes)
    : clock_(clock),
      epoch_(static_cast<std::uint64_t>(clock.unix_seconds() * 1e6)),
      claims_(epoch_,
              [this](Direct direct) {
                Published ignored;
                post(std::move(direct), ignored);
              }),
      kept_(kept_bytes) {}
LocalExchange::~LocalExchange() = default;

void LocalExchange::attach(WorkerIndex worker, Post& post) {
  const std::scoped_lock lock(mutex_);
  if (posts_.size() <= worker) posts_.resize(worker + std::size_t{1}, nullptr);
  posts_[worker] = &post;
}

void LocalExchange::claim(const Topic& topic, SessionId who, Taken when_taken, Done<Claim> done) {
  Claim outcome;
  {
    const std::scoped_lock lock(mutex_);
    outcome = claims_.claim(topic, who, when_taken);
    if (outcome.gained) outcome.orders = standing(topic);
  }
  done(outcome);
}

std::vector<OrderPtr> LocalExchange::standing(const Topic& topic) {
  return orders_.empty() ? std::vector<OrderPtr>() : orders_.of(topic.key, clock_.now());
}

void LocalExchange::take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken, Done<Claim> done) {
  Claim outcome;
  {
    const std::scoped_lock lock(mutex_);
    outcome = claims_.take_over(topic, who, dead, when_taken);
    if (outcome.gained) outcome.orders = standing(topic);
  }
  done(outcome);
}

void LocalExchange::withdraw(const Topic& topic, SessionId who) {
  const std::scoped_lock lock(mutex_);
  claims_.withdraw(topic, who);
}

void LocalExchange::ending(WorkerIndex, const Topic& topic, Fence fence) {
  const std::scoped_lock lock(mutex_);
  claims_.ending(topic, fence);
}

void LocalExchange::release(WorkerIndex, const Topic& topic, Fence fence, Done<> done) {
  {
    const std::scoped_lock lock(mutex_);
    claims_.release(topic, fence);
  }
  done();
}

void LocalExchange::present(WorkerIndex, const Topic& topic, Done<bool> done) {
  bool found = false;
  {
    const std::scoped_lock lock(mutex_);
    switch (topic.kind) {
      case TopicKind::claimed:
        found = static_cast<bool>(claims_.holder(topic).owner);
        break;
      case TopicKind::joined:
        found = topics_.contains(topic.key);
        break;
      case TopicKind::session: {
        const auto id = SessionId::parse(topic.name());
        found = id && id->worker < posts_.size() && posts_[id->worker] != nullptr;
        break;
      }
    }
  }
  done(found);
}

void LocalExchange::charge(WorkerIndex, const Charge& charge, Done<Millis> done) {
  Millis wait{0};
  {
    const std::scoped_lock lock(mutex_);
    wait = rates_.charge(charge, clock_.now());
  }
  done(wait);
}

void LocalExchange::line_up(const InLine& who, std::size_t most, Done<bool> done) {
  LineTable::Place place{};
  {
    const std::scoped_lock lock(mutex_);
    place = lines_.line_up(who, most, done);
  }
  if (place != LineTable::Place::behind) done(place == LineTable::Place::first);
}

void LocalExchange::step_out(const InLine& who) {
  const std::scoped_lock lock(mutex_);
  std::optional<LineTable::Next> next = lines_.step_out(who);
  if (!next) return;
  const auto its_turn = std::make_shared<Done<bool>>(std::move(next->its_turn));
  posts_[next->worker]->run([its_turn] { (*its_turn)(true); });
}

void LocalExchange::begin_deed(WorkerIndex, const Deed& deed, Done<DeedTable::Found> done) {
  DeedTable::Found found;
  {
    const std::scoped_lock lock(mutex_);
    found = deeds_.begin(deed, clock_.now());
  }
  done(std::move(found));
}

void LocalExchange::end_deed(WorkerIndex, const Deed& deed, DeedResult result, Done<> done) {
  {
    const std::scoped_lock lock(mutex_);
    deeds_.end(deed, std::move(result), clock_.now());
  }
  done();
}

LocalExchange::Listened& LocalExchange::listened(const Topic& topic) {
  const auto at = topics_.find(topic.key);
  if (at != topics_.end()) return at->second;
  auto key = std::make_shared<const std::string>(topic.key);
  const std::string_view view = *key;
  return topics_.emplace(view, Listened{std::move(key), {}}).first->second;
}

void LocalExchange::join(WorkerIndex caller, std::vector<Topic> topics, std::size_t weight, Done<AllJoined> done) {
  AllJoined all;
  all.reserve(topics.size());
  {
    const std::scoped_lock lock(mutex_);
    const Instant now = let_some_go(kPerCall);
    for (const Topic& topic : topics) {
      add(listened(topic).workers, caller);
      all.push_back({position(), kept_.list(topic.key, {{}, position(), weight}, now), standing(topic)});
      for (const Kept& kept : all.back().kept.kept) weight -= std::min(weight, kept.frame->weight());
    }
  }
  done(std::move(all));
}

void LocalExchange::leave(WorkerIndex caller, const Topic& topic, Done<> done) {
  std::shared_ptr<const std::string> key;  // the map's key is a view of it until the end of erase
  {
    const std::scoped_lock lock(mutex_);
    const auto at = topics_.find(topic.key);
    if (at != topics_.end()) {
      std::erase(at->second.workers, caller);
      key = at->second.key;
      if (at->second.workers.empty()) topics_.erase(at);
    }
  }
  done();
}

void LocalExchange::kept(WorkerIndex, const Topic& topic, const KeptRange& range, Done<KeptPart> done) {
  KeptPart part;
  {
    const std::scoped_lock lock(mutex_);
    part = kept_.list(topic.key, range, let_some_go(kPerCall));
  }
  done(std::move(part));
}

void LocalExchange::recall(WorkerIndex, const Topic& topic, const std::string& key, Done<KeptData> done) {
  KeptData data;
  {
    const std::scoped_lock lock(mutex_);
    data = kept_.data(topic.key, key, let_some_go(kPerCall));
  }
  done(std::move(data));
}

void LocalExchange::publish(WorkerIndex caller, Batch batch, Done<Published> done) {
  Published published;
  Changes changes = merge(batch);
  {
    const std::scoped_lock lock(mutex_);
    let_some_go(kPerCall);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      publish_one(batch[i], changes.empty() ? std::nullopt : std::move(changes[i]), published);
    }
    std::erase_if(published.pressed, [&](WorkerIndex worker) { return !posts_[worker]->await_eased(caller); });
  }
  done(std::move(published));
}

void LocalExchange::echo(WorkerIndex caller, Done<> done) {
  const std::scoped_lock lock(mutex_);
  posts_[caller]->run_behind(std::move(done));
}

/// Merges before it is needed, because that takes as long as what is kept is large; the lock is held for the look-up
/// alone. Empty where nothing is to be merged.
LocalExchange::Changes LocalExchange::merge(const Batch& batch) {
  Changes changes;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].keep || !batch[i].keep->merging) continue;
    changes.resize(batch.size());
    KeptData before;
    {
      const std::scoped_lock lock(mutex_);
      before = kept_before(batch[i]);
    }
    changes[i] = batch[i].keep->merging->into(std::move(before));
  }
  return changes;
}

void LocalExchange::publish_one(Sending& sending, std::optional<Merged> merged, Published& published) {
  const Topic& topic = sending.topic;
  if (sending.order) give(sending);
  if (topic.kind == TopicKind::joined) return publish_joined(sending, std::move(merged), published);
  Direct direct;
  if (topic.kind == TopicKind::claimed) {
    const ClaimTable::Holder holder = claims_.holder(topic);
    direct.to = holder.owner;
    direct.fence = holder.fence;
  } else {
    direct.to = SessionId::parse(topic.name()).value_or(SessionId{});
    // Who sends to a session by its id may have got the id from anywhere.
    direct.topic = std::make_shared<const std::string>(topic.key);
  }
  if (!direct.to || direct.to == sending.except) return;
  if (sending.order) direct.kind = Direct::Kind::order;
  direct.frame = std::move(sending.frame);
  direct.order = std::move(sending.order);
  post(std::move(direct), published);
}

/// Numbers an order, which then stands for those whose turns are in flight.
void LocalExchange::give(Sending& sending) {
  auto given = std::make_shared<Order>(*sending.order);
  given->number = ordered_.load() + 1;
  ordered_.store(given->number);
  sending.order = std::move(given);
  if (sending.topic.kind != TopicKind::session) orders_.put(sending.topic.key, sending.order, clock_.now());
}

/// What it would be merged into. What is forgotten first is not there any more.
KeptData LocalExchange::kept_before(const Sending& sending) const {
  const std::string& key = sending.keep->key;
  if (std::find(sending.forget.begin(), sending.forget.end(), key) != sending.forget.end()) return nullptr;
  return kept_.data(sending.topic.key, key, kept_.ages() ? clock_.now() : Instant{});
}

/// False where it cannot stay and does not go out then.
bool LocalExchange::keep(Sending& sending, std::optional<Merged> merged, Published& published) {
  const Keep& keep = *sending.keep;
  ToKeep what{sending.frame, keep.data};
  if (keep.merging) {
    KeptData before = kept_before(sending);
    if (!merged || merged->before != before) merged = keep.merging->into(std::move(before));
    what = std::move(merged->whole);
  }
  const Instant now = keep.lasts.count() > 0 ? clock_.now() : Instant{};
  const auto limit = kept_.put(sending.topic.key, position(), std::move(what), keep, sending.forget, now);
  if (limit) published.not_kept.push_back({sending.topic, *limit, keep.refuses});
  return !limit || !keep.refuses;
}

void LocalExchange::publish_joined(Sending& sending, std::optional<Merged> merged, Published& published) {
  const std::string& topic = sending.topic.key;
  const auto at = topics_.find(topic);
  if (at == topics_.end() && !sending.keep && sending.forget.empty()) return;
  ++number_;
  if (sending.keep) {
    if (!keep(sending, std::move(merged), published)) return;
  } else {
    for (const std::string& key : sending.forget) kept_.forget(topic, key);
  }
  if (at == topics_.end()) return;
  for (const WorkerIndex worker : at->second.workers) {
    if (posts_[worker]->deliver({at->second.key, position(), sending.frame, sending.except, sending.order})) {
      add(published.pressed, worker);
    }
    ++published.handed;
  }
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

void LocalExchange::direct(WorkerIndex, Direct direct) {
  Published ignored;
  const std::scoped_lock lock(mutex_);
  post(std::move(direct), ignored);
}

void LocalExchange::watch(WorkerIndex worker, Watcher& watcher) {
  const std::scoped_lock lock(mutex_);
  watching_.push_back(std::make_unique<Watching>(Watching{worker, &watcher, {}}));
}

LocalExchange::Watching& LocalExchange::watching(const Topic& topic) {
  return *watching_[std::hash<std::string_view>()(topic.key) % watching_.size()];
}

/// One task for all that changes until it is run.
void LocalExchange::wake(Watching& watching) {
  posts_[watching.worker]->run([this, &its = watching] {
    std::vector<Attendance::Change> changes;
    {
      const std::scoped_lock lock(mutex_);
      changes = its.attendance.take();
    }
    its.watcher->heard(changes);
  });
}

void LocalExchange::came(WorkerIndex, const Topic& topic, AttendeePtr who) {
  const std::scoped_lock lock(mutex_);
  Watching& its = watching(topic);
  if (its.attendance.came(topic, std::move(who))) wake(its);
}

void LocalExchange::went(WorkerIndex, const Topic& topic, AttendeePtr who) {
  const std::scoped_lock lock(mutex_);
  Watching& its = watching(topic);
  if (its.attendance.went(topic, std::move(who))) wake(its);
}

void LocalExchange::post(Direct direct, Published& published) {
  const WorkerIndex worker = direct.to.worker;
  // An id that a client made up may name a worker that never was: nobody is there.
  if (worker >= posts_.size() || posts_[worker] == nullptr) return;
  if (posts_[worker]->direct(std::move(direct))) add(published.pressed, worker);
  ++published.handed;
}

}  // namespace polygate

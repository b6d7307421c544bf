#include "gateway/routing/kept_messages.h"

#include <algorithm>
#include <utility>

#include "gateway/routing/topic.h"

namespace polygate {
namespace {

/// What a kept message takes besides its bytes, its key and its topic's: the frame, a place in each of the indexes, and
/// a topic that has nothing else (measured with glibc 2.36, before positions had an epoch of 8 bytes in three indexes:
/// 660 bytes; 310 where the topic keeps many).
constexpr std::size_t kAround = 664;

}  // namespace

KeptMeter& KeptMessages::meter_of(std::string_view topic) {
  const std::string_view profile = Topic::profile_of(topic);
  const auto known = meters_.find(profile);
  return known != meters_.end() ? known->second : meters_.emplace(profile, KeptMeter{}).first->second;
}

const KeptMessages::Message* KeptMessages::find(const std::string& topic, const std::string& key) const {
  const auto shelf = shelves_.find(topic);
  if (shelf == shelves_.end()) return nullptr;
  const auto known = shelf->second.by_key.find(key);
  return known == shelf->second.by_key.end() ? nullptr : &shelf->second.messages.at(known->second);
}

/// As if what it takes the place of, and what it forgets, had gone.
std::optional<KeptLimit> KeptMessages::limit_met(const std::string& topic, const KeptMeter& meter, std::size_t bytes,
                                                 const Keep& keep, const std::vector<std::string>& forget) const {
  std::vector<const Message*> going = {find(topic, keep.key)};
  for (const std::string& key : forget) going.push_back(find(topic, key));
  std::sort(going.begin(), going.end());
  going.erase(std::unique(going.begin(), going.end()), going.end());
  std::erase(going, nullptr);
  std::size_t freed = 0;
  for (const Message* message : going) freed += message->bytes;
  const auto shelf = shelves_.find(topic);
  const std::size_t stay = shelf == shelves_.end() ? 0 : shelf->second.messages.size() - going.size();
  if (stay >= keep.topic_keys) return KeptLimit::topic;
  if (meter.bytes - freed + bytes > keep.profile_bytes) return KeptLimit::profile;
  if (bytes_ - freed + bytes > most_bytes_) return KeptLimit::process;
  return std::nullopt;
}

std::optional<KeptLimit> KeptMessages::put(const std::string& topic, Position position, ToKeep what, const Keep& keep,
                                           const std::vector<std::string>& forget, Instant now) {
  KeptMeter& meter = meter_of(topic);
  std::size_t bytes = 0;
  std::optional<KeptLimit> limit = what.unfit;
  if (!limit) {
    bytes = what.frame->weight() + (what.data ? what.data->size() : 0) + keep.key.size() + topic.size() + kAround;
    limit = limit_met(topic, meter, bytes, keep, forget);
  }
  if (limit) ++meter.not_kept[static_cast<std::size_t>(*limit)];
  if (limit && keep.refuses) return limit;
  for (const std::string& key : forget) this->forget(topic, key);
  this->forget(topic, keep.key);
  if (limit) return limit;
  const auto at = shelves_.try_emplace(topic).first;
  Shelf& shelf = at->second;
  shelf.topic = &at->first;
  shelf.meter = &meter;
  std::optional<Instant> end;
  if (keep.lasts.count() > 0) end = now + keep.lasts;
  Message message{keep.key, std::move(what.frame), std::move(what.data), bytes, end};
  const auto kept = shelf.messages.emplace(position, std::move(message)).first;
  shelf.by_key.emplace(kept->second.key, position);
  if (end) ends_.insert({*end, position, &shelf});
  ++meter.messages;
  meter.bytes += bytes;
  bytes_ += bytes;
  return std::nullopt;
}

KeptData KeptMessages::data(const std::string& topic, const std::string& key, Instant now) const {
  const Message* message = find(topic, key);
  return message == nullptr || (message->end && *message->end <= now) ? nullptr : message->data;
}

void KeptMessages::forget(const std::string& topic, const std::string& key) {
  const auto shelf = shelves_.find(topic);
  if (shelf == shelves_.end()) return;
  const auto known = shelf->second.by_key.find(key);
  if (known == shelf->second.by_key.end()) return;
  remove(shelf->second, known->second);
  drop_if_empty(shelf->second);
}

KeptPart KeptMessages::list(const std::string& topic, const KeptRange& range, Instant now) const {
  KeptPart part;
  const auto shelf = shelves_.find(topic);
  if (shelf == shelves_.end()) return part;
  const auto& messages = shelf->second.messages;
  std::size_t weight = 0;
  for (auto at = messages.upper_bound(range.after); at != messages.end(); ++at) {
    const auto& [position, message] = *at;
    if (position > range.up_to) break;
    if (message.end && *message.end <= now) continue;
    if (weight >= range.weight) {
      part.has_more = true;
      break;
    }
    weight += message.frame->weight();
    part.kept.push_back({position, message.frame});
  }
  return part;
}

void KeptMessages::let_go(Instant now, std::size_t at_most) {
  for (; at_most > 0 && !ends_.empty() && ends_.begin()->at <= now; --at_most) {
    const End end = *ends_.begin();
    remove(*end.shelf, end.position);
    drop_if_empty(*end.shelf);
  }
}

void KeptMessages::remove(Shelf& shelf, Position position) {
  const auto message = shelf.messages.find(position);
  if (message->second.end) ends_.erase({*message->second.end, position, &shelf});
  --shelf.meter->messages;
  shelf.meter->bytes -= message->second.bytes;
  bytes_ -= message->second.bytes;
  shelf.by_key.erase(message->second.key);
  shelf.messages.erase(message);
}

void KeptMessages::drop_if_empty(Shelf& shelf) {
  if (!shelf.messages.empty()) return;
  const auto at = shelves_.find(*shelf.topic);  // not erase(*shelf.topic): that is the key's own text
  shelves_.erase(at);
}

}  // namespace polygate

#include "gateway/session/presence_table.h"

#include <iterator>
#include <utility>

namespace polygate::session {

void PresenceTable::heard(Attendance::Change change, Millis after, Instant now) {
  auto found = by_key_.find(change.topic.key);
  if (found == by_key_.end()) {
    calm_.push_back({std::move(change.topic), &calm_});
    found = by_key_.emplace(calm_.back().topic.key, std::prev(calm_.end())).first;
  }
  const Names::iterator name = found->second;
  name->is_there = change.is_there;
  name->is_overdue = false;
  graces_.remove(name->grace);
  name->who = name->is_there == name->is_known ? nullptr : std::move(change.who);
  if (!name->is_there && name->is_known) {
    name->grace = graces_.add(now + after, name);
    if (graces_.size() > most_graces_) grace_is_over(*graces_.take_due(Instant::max()));
  }
  settle(name);
}

void PresenceTable::tick(Instant now) {
  while (const auto name = graces_.take_due(now)) grace_is_over(*name);
}

void PresenceTable::grace_is_over(Names::iterator name) {
  name->grace = {};
  name->is_overdue = true;
  settle(name);
}

std::optional<PresenceTable::Word> PresenceTable::next() {
  Names& from = left_.empty() ? arrived_ : left_;
  if (from.empty()) return std::nullopt;
  const auto name = from.begin();
  name->is_known = name->is_there;
  name->is_in_hand = true;
  Word word{name->topic, name->is_there, std::exchange(name->who, nullptr)};
  settle(name);
  return word;
}

void PresenceTable::was_told(std::string_view key) {
  const Names::iterator name = by_key_.at(key);
  name->is_in_hand = false;
  settle(name);
}

/// Puts it where it belongs.
void PresenceTable::settle(Names::iterator name) {
  const bool is_calm = name->is_in_hand || name->is_there == name->is_known;
  if (!name->is_in_hand && !name->is_there && !name->is_known) {
    by_key_.erase(name->topic.key);
    name->in->erase(name);
    return;
  }
  Names* to = &calm_;
  if (!is_calm && name->is_there) to = &arrived_;
  if (!is_calm && name->is_overdue) to = &left_;
  if (to == name->in) return;
  to->splice(to->end(), *std::exchange(name->in, to), name);
}

}  // namespace polygate::session

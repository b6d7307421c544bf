#include "plugins/printer_fleet/printers.h"

namespace printer_fleet {

std::string_view name(State state) {
  switch (state) {
    case State::idle:
      return "idle";
    case State::printing:
      return "printing";
    case State::paused:
      return "paused";
    case State::unavailable:
      return "unavailable";
  }
  return "idle";
}

Printer* Printers::find(const PrinterId& id) {
  const auto found = entries_.find(key(id));
  return found == entries_.end() ? nullptr : &found->second.printer;
}

Printer* Printers::find_or_add(const PrinterId& id) {
  if (Printer* known = find(id)) return known;
  if (const auto count = per_agent_.find(id.agent); count != per_agent_.end() && count->second >= limits_.per_agent) {
    return nullptr;
  }
  if (entries_.size() >= limits_.altogether) forget_the_longest_unheard();
  if (entries_.size() >= limits_.altogether) return nullptr;
  ++per_agent_[id.agent];
  return &entries_.emplace(key(id), Entry{id.agent, {}, {}}).first->second.printer;
}

void Printers::settle(const PrinterId& id) {
  const auto found = entries_.find(key(id));
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  if (entry.resting) resting_.erase(*entry.resting);
  entry.resting.reset();
  if (!entry.printer.has_job()) entry.resting = resting_.insert(resting_.end(), found->first);
}

void Printers::forget_the_longest_unheard() {
  if (resting_.empty()) return;
  const auto entry = entries_.find(resting_.front());
  resting_.pop_front();
  const auto count = per_agent_.find(entry->second.agent);
  if (--count->second == 0) per_agent_.erase(count);
  entries_.erase(entry);
}

}  // namespace printer_fleet

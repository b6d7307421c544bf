#include "plugins/monitor_relay/pairing.h"

#include <utility>

namespace monitor_relay {
namespace {

constexpr std::size_t kMaxOpen = 100;  // commands of one monitor
constexpr std::string_view kNoReason = "The monitor gave no reason";

std::string reason_of(const Json& data) {
  const auto reason = data.is_object() ? data.find("reason") : data.end();
  if (!data.is_object() || reason == data.end() || !reason->is_string() ||
      reason->get_ref<const std::string&>().empty()) {
    return std::string(kNoReason);
  }
  return reason->get<std::string>();
}

std::vector<std::string> monitors_of(const Call& call) {
  const auto named = call.with.find("monitors");
  if (named == call.with.end() || !named->is_array()) return {};
  return named->get<std::vector<std::string>>();
}

}  // namespace

Pairing::Pairing(const Settings& settings) : clock_(settings.clock) {
  const double seconds = settings.values.at("pair").at("timeout").get<double>();
  timeout_ = polygate::Millis(static_cast<std::int64_t>(seconds * 1000));
}

Outcome Pairing::ask(const Call& call) {
  for (const std::string& monitor : monitors_of(call)) {
    std::deque<Open>& open = open_[monitor];
    if (open.size() >= kMaxOpen) return Outcome::fail("too_many_commands");
    open.push_back({call.session, clock_->now() + timeout_});
  }
  return Outcome::accept();
}

Outcome Pairing::ended(const Call& call) {
  Json sessions = Json::array();
  for (const std::string& monitor : monitors_of(call)) {
    const auto open = open_.find(monitor);
    if (open == open_.end()) continue;
    sessions.push_back(std::move(open->second.front().session));
    open->second.pop_front();
    if (open->second.empty()) open_.erase(open);
  }
  return Outcome::accept({{"one", std::move(sessions)}, {"reason", reason_of(call.data)}});
}

Outcome Pairing::gone(const Call& call) {
  Json sessions = Json::array();
  for (const std::string& monitor : monitors_of(call)) {
    const auto open = open_.find(monitor);
    if (open == open_.end()) continue;
    for (Open& command : open->second) sessions.push_back(std::move(command.session));
    open_.erase(open);
  }
  return Outcome::accept({{"late", std::move(sessions)}});
}

Outcome Pairing::late(const Call&) {
  Json sessions = Json::array();
  for (auto each = open_.begin(); each != open_.end();) {
    std::deque<Open>& open = each->second;
    while (!open.empty() && open.front().until <= clock_->now()) {
      sessions.push_back(std::move(open.front().session));
      open.pop_front();
    }
    each = open.empty() ? open_.erase(each) : std::next(each);
  }
  return Outcome::accept({{"late", std::move(sessions)}});
}

}  // namespace monitor_relay

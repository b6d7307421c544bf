#include "gateway/routing/claim_table.h"

#include <algorithm>
#include <utility>

namespace polygate {

Exchange::Claim ClaimTable::claim(const Topic& topic, SessionId who, Taken when_taken) {
  const auto at = claims_.find(topic.key);
  if (at == claims_.end()) {
    auto key = std::make_shared<const std::string>(topic.key);
    const std::string_view view = *key;
    claims_.emplace(view, Claimed{std::move(key), who, ++fence_, false});
    return {true, fence_, who, false};
  }
  Claimed& claimed = at->second;
  if (claimed.is_vacant || claimed.owner != who) {
    const bool is_next = claimed.is_vacant && claimed.heirs->all.front().who == who;
    if (claimed.is_ending && !is_next) {
      wait_for(claimed, who);
      return {false, claimed.fence, claimed.owner, true};
    }
    if (!is_next && when_taken != Taken::replace) {
      forget_heir(claimed, who);
      return {false, claimed.fence, claimed.owner, false};
    }
    give_to(claimed, who);
  }
  return {true, claimed.fence, who, false};
}

Exchange::Claim ClaimTable::take_over(const Topic& topic, SessionId who, Fence dead, Taken when_taken) {
  const auto at = claims_.find(topic.key);
  const bool is_others = at != claims_.end() && (at->second.is_vacant || at->second.owner != who);
  if (is_others && at->second.fence == dead) give_to(at->second, who);
  return claim(topic, who, when_taken);
}

void ClaimTable::withdraw(const Topic& topic, SessionId who) {
  const auto at = claims_.find(topic.key);
  if (at == claims_.end()) return;
  forget_heir(at->second, who);
  if (at->second.is_vacant && !at->second.heirs) claims_.erase(at);
}

void ClaimTable::ending(const Topic& topic, Fence fence) {
  const auto at = claims_.find(topic.key);
  if (at != claims_.end() && at->second.fence == fence) at->second.is_ending = true;
}

void ClaimTable::release(const Topic& topic, Fence fence) {
  const auto at = claims_.find(topic.key);
  if (at == claims_.end() || at->second.fence != fence || at->second.is_vacant) return;
  Claimed& claimed = at->second;
  if (!claimed.heirs) {
    claims_.erase(at);
    return;
  }
  claimed.is_ending = claimed.is_vacant = true;
  tell_first_heir(claimed);
}

ClaimTable::Holder ClaimTable::holder(const Topic& topic) const {
  const auto at = claims_.find(topic.key);
  if (at == claims_.end() || at->second.is_vacant) return {};
  return {at->second.owner, at->second.fence};
}

void ClaimTable::give_to(Claimed& claimed, SessionId who) {
  if (!claimed.is_vacant) tell_({Direct::Kind::evict, claimed.owner, nullptr, claimed.key, who, claimed.fence});
  claimed.owner = who;
  claimed.fence = ++fence_;
  claimed.is_ending = claimed.is_vacant = false;
  forget_heir(claimed, who);
}

void ClaimTable::wait_for(Claimed& claimed, SessionId who) {
  if (!claimed.heirs) claimed.heirs = std::make_unique<Heirs>();
  Heirs& heirs = *claimed.heirs;
  const auto its = std::find_if(heirs.all.begin(), heirs.all.end(), [&](const auto& heir) { return heir.who == who; });
  if (its == heirs.all.end()) {
    heirs.all.push_back({who, claimed.fence});
    return;
  }
  its->fence = claimed.fence;
  if (its == heirs.all.begin()) heirs.first_is_told = false;
}

/// It has gained the claim, or wants it no more.
void ClaimTable::forget_heir(Claimed& claimed, SessionId who) {
  if (!claimed.heirs) return;
  Heirs& heirs = *claimed.heirs;
  if (heirs.all.front().who == who) heirs.first_is_told = false;
  std::erase_if(heirs.all, [&](const auto& heir) { return heir.who == who; });
  if (heirs.all.empty()) {
    claimed.heirs.reset();
  } else {
    tell_first_heir(claimed);
  }
}

/// Once, when there is nobody whose end it has to wait for.
void ClaimTable::tell_first_heir(Claimed& claimed) {
  if (claimed.heirs->first_is_told || (claimed.is_ending && !claimed.is_vacant)) return;
  claimed.heirs->first_is_told = true;
  const Heirs::One& first = claimed.heirs->all.front();
  tell_({Direct::Kind::dead, first.who, nullptr, claimed.key, {}, first.fence});
}

}  // namespace polygate

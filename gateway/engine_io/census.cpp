#include "gateway/engine_io/census.h"

namespace polygate::engine_io {

std::string_view Census::name(Verdict verdict) {
  static constexpr std::array<std::string_view, kVerdicts> kNames = {
      "none", "engine_sessions", "engine_sessions_per_address", "engine_sessions_per_profile"};
  return kNames[static_cast<std::size_t>(verdict)];
}

int Census::status(Verdict verdict) {
  return verdict == Verdict::per_address ? 429 : 503;
}

Census::Verdict Census::judge(const net::PeerAddress& household, std::string_view profile) const {
  const auto address = by_address_.find(household);
  if (address != by_address_.end() && address->second >= limits_.per_address) return Verdict::per_address;
  const auto known = counts_.by_profile.find(profile);
  if (known != counts_.by_profile.end() && known->second >= limits_.per_profile) return Verdict::per_profile;
  return sessions_ >= limits_.sessions ? Verdict::sessions : Verdict::admit;
}

Census::Entry Census::enter(const net::PeerAddress& peer, std::string_view profile) {
  const net::PeerAddress household = peer.household();
  {
    const std::lock_guard lock(mutex_);
    const Verdict verdict = judge(household, profile);
    if (verdict != Verdict::admit) {
      ++counts_.refused[static_cast<std::size_t>(verdict)];
      return {nullptr, verdict};
    }
    ++sessions_;
    ++by_address_[household];
    ++counts_.by_profile[std::string(profile)];
  }
  return {std::make_shared<const Place>(shared_from_this(), household, std::string(profile)), Verdict::admit};
}

void Census::leave(const net::PeerAddress& household, std::string_view profile) {
  const std::lock_guard lock(mutex_);
  --sessions_;
  --counts_.by_profile.find(profile)->second;
  const auto address = by_address_.find(household);
  if (--address->second == 0) by_address_.erase(address);
}

Census::Counts Census::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace polygate::engine_io

#include "gateway/session/sessions.h"

#include <algorithm>
#include <utility>

#include "gateway/base/ids.h"

namespace polygate::session {

Session& Sessions::make(std::uint16_t profile_index, const profile::ProfilePtr& profile,
                        const profile::Endpoint& endpoint, Opening opening) {
  const std::uint32_t slot = slots_.reserve();
  const SessionId id{worker_, slot, std::max<std::uint64_t>(random_u64(), 1)};
  slots_[slot] = std::make_unique<Session>(id, profile_index, profile, endpoint, std::move(opening));
  return *slots_[slot];
}

Session* Sessions::find(SessionId id) {
  const std::unique_ptr<Session>* session = id.worker == worker_ ? slots_.find(id.slot) : nullptr;
  return session != nullptr && *session && (*session)->id() == id ? session->get() : nullptr;
}

Session* Sessions::find_live(SessionId id) {
  Session* session = find(id);
  return session && !session->ending ? session : nullptr;
}

Session* Sessions::find(const SecretId& key) {
  const std::unique_ptr<Session>* session = key.worker == worker_ ? slots_.find(key.slot) : nullptr;
  const bool is_its = session != nullptr && *session && (*session)->recovery && (*session)->recovery->key == key;
  return is_its ? session->get() : nullptr;
}

}  // namespace polygate::session

#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace polygate {

/// Which worker of this process; dense from 0.
using WorkerIndex = std::uint16_t;

/// Names one session for ever: the worker that it lives on, its slot there and a random part that makes it unguessable
/// and lets an id outlive its session (it then finds nobody). The only way to speak of a session across threads or
/// time.
struct SessionId {
  WorkerIndex worker = 0;
  std::uint32_t slot = 0;
  std::uint64_t nonce = 0;

  friend bool operator==(const SessionId&, const SessionId&) = default;
  explicit operator bool() const { return nonce != 0; }

  /// 19 characters of base64url; what profiles see as `$me.id`.
  std::string text() const;
  /// Nothing when `text` is not in that form.
  static std::optional<SessionId> parse(std::string_view text);
};

}  // namespace polygate

template <>
struct std::hash<polygate::SessionId> {
  std::size_t operator()(const polygate::SessionId& id) const noexcept { return id.nonce ^ id.slot; }
};

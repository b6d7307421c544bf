#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/routing/ids.h"

namespace polygate {

/// Names something for ever to one client alone: the worker that it lives on, its slot there and 128 random bits.
/// Whoever knows it may speak for that client, so it is a secret between the two ends.
struct SecretId {
  WorkerIndex worker = 0;
  std::uint32_t slot = 0;
  std::array<std::uint64_t, 2> secret{};

  friend bool operator==(const SecretId&, const SecretId&) = default;

  static SecretId make(WorkerIndex worker, std::uint32_t slot);
  /// 38 characters of base64url.
  std::string text() const;
  /// Nothing when `text` is not in that form.
  static std::optional<SecretId> parse(std::string_view text);
};

}  // namespace polygate

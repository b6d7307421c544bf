#pragma once
#include <atomic>
#include <cstdint>
#include <span>
#include <string>

namespace polygate {

/// Fills `out` from the kernel's random source; aborts when that is not available.
void random_bytes(std::span<std::uint8_t> out);

std::uint64_t random_u64();

/// The numbers from 1 to 2^31 - 1, over and over: ids for clients that hold them in 32 bits. Thread-safe.
class SmallIds {
 public:
  explicit SmallIds(std::uint32_t first) : next_(first) {}
  std::uint32_t next();

 private:
  std::atomic<std::uint32_t> next_;
};

/// The next of this process's own. Where they start is random: what answers an id of the process before shall meet
/// none.
std::uint32_t small_id();

/// 128 random bits as 22 characters of base64url: unguessable names ($new_id).
std::string random_id();

}  // namespace polygate

#include "gateway/base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "gateway/base/base64.h"

namespace polygate {

void random_bytes(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0) std::abort();  // no entropy: nothing that we could hand out would be unguessable
    done += static_cast<std::size_t>(got);
  }
}

std::uint64_t random_u64() {
  // One system call for many: each connection takes one. What was handed out is not kept.
  thread_local std::array<std::uint8_t, 512> pool;
  thread_local std::size_t used = pool.size();
  if (used == pool.size()) {
    random_bytes(pool);
    used = 0;
  }
  const std::span<std::uint8_t> bytes(pool.data() + used, 8);
  used += bytes.size();
  std::uint64_t value = 0;
  for (std::uint8_t& byte : bytes) value = value << 8 | std::exchange(byte, std::uint8_t{0});
  return value;
}

std::uint32_t SmallIds::next() {
  constexpr std::uint32_t kMost = 0x7fff'ffff;
  std::uint32_t id = 0;
  while (id == 0) id = next_.fetch_add(1, std::memory_order_relaxed) & kMost;
  return id;
}

std::uint32_t small_id() {
  static SmallIds ids(static_cast<std::uint32_t>(random_u64()));
  return ids.next();
}

std::string random_id() {
  std::array<std::uint8_t, 16> bytes{};
  random_bytes(bytes);
  return base64url(bytes);
}

}  // namespace polygate

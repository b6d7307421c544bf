#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace polygate {

/// Fills `out` from the kernel's random source; aborts when that is not available.
void random_bytes(std::span<std::uint8_t> out);

std::uint64_t random_u64();

/// 128 random bits as 22 characters of base64url: unguessable names ($new_id).
std::string random_id();

/// base64url without padding (RFC 4648, section 5).
std::string base64url(std::span<const std::uint8_t> bytes);

}  // namespace polygate

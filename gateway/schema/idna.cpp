#include "gateway/schema/idna.h"

#include <idn2.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "gateway/base/ascii.h"

namespace polygate::schema {
namespace {

constexpr std::size_t kMaxBytes = 4 * IDN2_LABEL_MAX_LENGTH;  // more are more than 63 characters

const std::uint8_t* bytes_of(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.c_str());
}

/// Registration (RFC 5891, section 4) asks all that can be asked of a label; lookup leaves out the rules of context.
std::size_t registered_length(const std::uint8_t* u_label, const std::uint8_t* a_label) {
  std::uint8_t* found = nullptr;
  if (idn2_register_u8(u_label, a_label, &found, 0) != IDN2_OK) return 0;
  const std::size_t length = std::string_view(reinterpret_cast<const char*>(found)).size();
  idn2_free(found);
  return length;
}

/// The library takes texts that end with a NUL, and its time grows faster than a label does.
bool can_be_asked(std::string_view label) {
  return label.size() <= kMaxBytes && label.find('\0') == std::string_view::npos;
}

}  // namespace

std::size_t a_label_length(std::string_view label) {
  return can_be_asked(label) ? registered_length(bytes_of(std::string(label)), nullptr) : 0;
}

bool is_a_label(std::string_view label) {
  if (!can_be_asked(label)) return false;
  std::string small(label);  // the library knows no capitals in it
  std::transform(small.begin(), small.end(), small.begin(), lower);
  return registered_length(nullptr, bytes_of(small)) != 0;
}

}  // namespace polygate::schema

#pragma once
#include <string>
#include <string_view>

namespace polygate::schema::uri {

/// The five components of a URI reference (RFC 3986, section 3), as views into it.
struct Parts {
  std::string_view scheme, authority, path, query, fragment;
  bool has_scheme = false, has_authority = false, has_query = false, has_fragment = false;
};

Parts split(std::string_view reference);

/// `reference` made absolute against `base` (RFC 3986, section 5.2), its fragment kept.
std::string resolve(std::string_view base, std::string_view reference);

/// Undoes %XX; what is not a valid escape stays as it is.
std::string unescape(std::string_view text);

/// Is `text` a URI reference by the grammar of RFC 3986 (or, with `international`, an IRI reference of RFC 3987)?
bool is_reference(std::string_view text, bool international);

/// As is_reference, and with a scheme.
bool is_absolute(std::string_view text, bool international);

}  // namespace polygate::schema::uri

#pragma once
#include <span>
#include <string_view>

namespace polygate::schema {

/// A published JSON document that is part of the program, known by its absolute URI (without a fragment).
struct Metaschema {
  std::string_view uri;
  std::string_view text;
};

inline constexpr std::string_view kDraft7 = "http://json-schema.org/draft-07/schema";
inline constexpr std::string_view kDraft2020 = "https://json-schema.org/draft/2020-12/schema";

/// The metaschemas of draft 7 and of draft 2020-12 with its vocabularies.
std::span<const Metaschema> metaschemas();

}  // namespace polygate::schema

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polygate::schema {

enum class Draft : std::uint8_t { draft7, draft2020 };

/// What a keyword's value holds, so that nested schemas are found and nothing else is taken for one.
enum class Holds : std::uint8_t {
  data,
  schema,
  schemas,            ///< an array of schemas
  named_schemas,      ///< an object of schemas
  schema_or_schemas,  ///< draft 7's items
  named_mixed         ///< dependencies: schemas or arrays of names
};

enum class Vocabulary : std::uint8_t { core, applicator, unevaluated, validation, format, annotation };

struct Keyword {
  std::string_view name;
  Holds holds;
  Vocabulary vocabulary;
  bool in_draft7;
  bool in_draft2020;
};

/// What `$schema` chooses: a draft, less the vocabularies that a custom metaschema leaves out.
struct Dialect {
  Draft draft = Draft::draft2020;
  bool applicator = true;
  bool unevaluated = true;
  bool validation = true;
  bool format_assertion = false;  ///< the metaschema itself asks for format to be asserted
  std::string metaschema;         ///< its URI, without a fragment

  /// The keyword `name` of this dialect, or nullptr.
  const Keyword* find(std::string_view name) const;
  /// The names of all its keywords, for "did you mean".
  std::vector<std::string> names() const;

 private:
  bool has(const Keyword& keyword) const;
};

}  // namespace polygate::schema

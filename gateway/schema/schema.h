#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/base/json.h"

namespace polygate::schema {

struct Program;

/// One reason why a value does not match.
struct Error {
  std::string instance;    ///< JSON Pointer into the value, such as "/record"; "" is the value itself
  std::string schema;      ///< the keyword that refused: "file.json#/$defs/temperature/properties/record/type"
  std::string message;     ///< lower case, bounded: "expected number, found string"
  std::string property{};  ///< of `instance`: the one that is missing or unknown, where it is that
};

/// A compiled JSON Schema (draft 2020-12 or 7). Immutable, shared by threads; made by a Library.
class Schema {
 public:
  explicit Schema(std::shared_ptr<const Program> program);

  /// The hot path: stops at the first problem, and allocates nothing, except for `uniqueItems` and `unevaluated*` on
  /// large values. Values nested so deep that checking them would take more than 512 steps inward are not valid.
  bool valid(json::View value) const;

  /// Why valid() is false; empty exactly when it is true. At most `at_most` (at least one), each of bounded length.
  std::vector<Error> errors(json::View value, std::size_t at_most = 16) const;

  /// What a path of member names below the value can lead to.
  struct Names {
    bool known = false;                 ///< it is declared, or the schema says nothing of names there
    std::vector<std::string> declared;  ///< the names beside the last one, or beside the first that is not known
    std::optional<Json> fallback;       ///< the `default` of what it leads to, or a part of that of what is above it
    bool fits = true;                   ///< the schema with that `default` takes it
  };

  /// Follows references, properties, items (any number or `*`), and all applicators. Start-up only.
  Names look_up(const std::vector<std::string>& path) const;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace polygate::schema

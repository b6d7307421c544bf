#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/store/store.h"

namespace polygate {

/// One statement of the store's dialect: SQL that every engine behind a Store takes and understands in the same way.
/// plugins/README.md has its rules. Immutable.
struct Statement {
  std::string text;              ///< without comments and closing semicolon
  std::size_t parameters = 0;    ///< the highest N of its `$N`; each from 1 on is used
  bool defines = false;          ///< CREATE, ALTER or DROP: for migrations only
  std::vector<std::size_t> ids;  ///< where in `text` each `@id` begins, ascending

  /// The text with the engine's own words in place of each `@id`.
  std::string with_id(std::string_view words) const;
};

/// Reads one statement. A failure (`internal`, for it is the plugin's fault) says in its message what is not of the
/// dialect and what to write instead.
Result<Statement> read_statement(std::string_view sql);

/// Reads statements with semicolons between them: at least one.
Result<std::vector<Statement>> read_statements(std::string_view sql);

/// Whether the values can be kept as they are by every engine: text is UTF-8 without NUL, numbers are finite. Else
/// `invalid`, with a message for clients that names the parameter by its `$N`.
Result<void> check_values(const StoreRow& values);

}  // namespace polygate

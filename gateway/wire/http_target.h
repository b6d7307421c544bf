#pragma once
#include <string>
#include <string_view>

namespace polygate::wire {

/// Percent-decodes a path once and appends it to `out`. Returns what is wrong with it (a broken escape, an encoded
/// slash), or nullptr. `raw` may lie in `out` when `out` has room for the outcome without growing.
const char* decode_path(std::string_view raw, std::string& out);

/// What is wrong with a decoded path, or nullptr. Refused are control bytes, backslashes, the segments "." and "..",
/// and invalid UTF-8: nobody behind this can be led elsewhere by decoding or normalising again.
const char* check_path(std::string_view path);

/// Percent-decodes a query name or value ("+" is a space) and appends it to `out`. Returns what is wrong with it (a
/// broken escape, NUL, invalid UTF-8), or nullptr. `raw` may lie in `out` as for decode_path().
const char* decode_parameter(std::string_view raw, std::string& out);

}  // namespace polygate::wire

#pragma once
#include <simdjson.h>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/json_text.h"
#include "gateway/base/result.h"

namespace polygate {

/// Configuration, tools and handlers; never on an event's way.
using Json = nlohmann::json;

namespace json {

/// A value inside a parsed Document; valid as long as that lives and is not parsed anew.
using View = simdjson::dom::element;

/// What one document may cost.
struct Limits {
  std::size_t max_bytes = std::size_t{1} << 20;
  unsigned max_depth = 64;         ///< nested arrays and objects, the outermost counted
  std::size_t max_nodes = 50'000;  ///< values of any kind
};

/// One JSON text, parsed once, with the bytes that it came from. Refuses what two readers could understand differently:
/// duplicate keys, a byte order mark, bytes after the value, invalid UTF-8, lone surrogates, numbers out of range.
/// Reusable: parse() again frees nothing and, when the text is not longer, allocates nothing. One thread at a time.
class Document {
 public:
  Document();
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  /// Copies `bytes`. A failure's reason is `malformed`, or `limited` for bytes, depth and nodes.
  Result<void> parse(std::string_view bytes, const Limits& limits = {});

  View root() const { return root_; }
  /// The text that was parsed, without what surrounds the value.
  std::string_view bytes() const;
  std::size_t capacity() const { return bytes_.capacity(); }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
  simdjson::dom::parser parser_;
  std::vector<std::string_view> keys_;  ///< room for looking for twins among many keys
  View root_;
};

/// What `value` holds, once its type is known; simdjson's own value_unsafe() dangles in a range-for.
simdjson::dom::array array(View value);
simdjson::dom::object object(View value);
std::string_view string(View value);

/// A member of an object: its key, its value, and the value's own bytes in the text.
struct Member {
  std::string_view key;
  View value;
  std::string_view bytes;
};

/// Walks the members of `object`, whose text is exactly `bytes`, in the order of the text: `visit(const Member&)`
/// returns false to stop. Looks at the bytes of a member only when it gets there, and never at those of the last one.
template <class Visit>
void members(View object, std::string_view bytes, Visit&& visit) {
  if (!object.is_object()) return;
  const simdjson::dom::object fields = json::object(object);
  const auto end = fields.end();
  MemberText text(bytes);
  for (auto at = fields.begin(); at != end;) {
    const simdjson::dom::key_value_pair field = *at;
    ++at;
    text.next();
    if (!visit(Member{field.key, field.value, at != end ? text.value() : text.last_value()})) return;
  }
}

/// The member `key` of `object`, if `object` is one and has it.
std::optional<View> find(View object, std::string_view key);

/// What kind of value it is, with its article: for messages.
std::string_view type_name(View value);

/// Appends `text` as a JSON string, quoted and escaped; control characters, U+2028 and U+2029 as \uXXXX.
void append_string(std::string& out, std::string_view text);

/// Appends `value` in its shortest form; integers exactly, other numbers with as many digits as read back the same.
void append(std::string& out, View value);

/// As a tree of its own, for handlers.
Json to_json(View value);

}  // namespace json
}  // namespace polygate

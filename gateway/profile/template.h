#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/base/json.h"
#include "gateway/routing/topic.h"

namespace polygate::profile {

/// Where a `$path` starts.
enum class Root : std::uint8_t {
  data,
  args,
  event,
  me,
  name,
  path,
  query,
  header,
  auth,
  settings,
  found,
  result,
  kept,
  failure,
  message,
  code,
  problem,
  problems,
  each,
  now,
  date,
  new_id,
  next
};

/// The root's name in profiles, such as "data".
std::string_view root_name(Root root);
std::optional<Root> root_named(std::string_view name);

/// `$data.agent.uuid` = Root::data + {"agent", "uuid"}. A numeric segment indexes a list. `$settings.tags($data.tag)`
/// is a look-up in the mapping `$settings.tags`.
struct Path {
  Root root = Root::data;
  std::vector<std::string> segments;
  Place place;
  std::shared_ptr<const Path> key{};  ///< of a look-up: what is looked up
  /// The `default` of its definition, which is read where it is absent; check() puts it there, discarded where there is
  /// none. Null where no path of its root can have one.
  std::shared_ptr<Json> fallback{};

  std::string text() const;  ///< as it stands in the file
};

/// A scalar of a profile: text with `$paths` in it. `$$` is a dollar sign. A path ends before the first character that
/// is no letter, digit or `_`; a dot or a dash belongs to it when a letter, digit or `_` follows.
struct Text {
  struct Part {
    std::string literal;  ///< comes first
    bool has_path = false;
    Path path;  ///< then this
  };
  std::vector<Part> parts;
  Place place;

  /// One path and nothing else: keeps the type of what it finds.
  bool is_one_path() const { return parts.size() == 1 && parts[0].has_path && parts[0].literal.empty(); }
  /// All that stands there, such as `$data`, and nothing else.
  bool is_whole(Root root) const {
    return is_one_path() && parts[0].path.root == root && parts[0].path.segments.empty();
  }
  bool is_constant() const { return parts.empty() || (parts.size() == 1 && !parts[0].has_path); }
  std::string constant() const { return parts.empty() ? std::string() : parts[0].literal; }
};

/// Any YAML value of a profile that becomes JSON: a scalar with paths, a constant, a list or a mapping of these.
struct Shape {
  struct Entry;
  enum class Kind : std::uint8_t { constant, text, list, map, each };
  Kind kind = Kind::constant;
  std::string constant = "null";  ///< JSON text, when there is no path below
  Text text;                      ///< of `each`: the list
  std::vector<Shape> items;       ///< of `each` the only one: what becomes of an element, a map
  std::vector<Entry> entries;
  Place place;
};

struct Shape::Entry {
  std::string key;
  Shape value;
};

/// `family/` + template.
struct TopicText {
  std::string family;
  Text name;
  Place place;
  TopicKind kind = TopicKind::joined;  ///< of its family; known when the whole profile is read
  bool is_value = false;               ///< of a constant: Topic::is_value
  /// In a send: which condition of its rule's `needs`, counted from 1, names the same topic; 0: none.
  std::uint16_t need = 0;
};

}  // namespace polygate::profile

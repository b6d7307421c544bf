#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/diagnostics.h"
#include "gateway/base/json.h"

namespace polygate::yaml {

/// What one file may cost (YAML bombs: threats of "billion laughs", deep nesting, huge files).
struct Limits {
  std::size_t max_bytes = std::size_t{1} << 20;
  std::size_t max_aliases = 64;    ///< and as many anchors
  std::size_t max_nodes = 50'000;  ///< after aliases are expanded
  unsigned max_depth = 32;         ///< nested maps and lists, the outermost counted
};

enum class Kind : std::uint8_t { null, boolean, integer, number, string, list, map };

/// One node of a YAML 1.2 core document, with its place in the file. A plain value type: copied freely, owns what it
/// holds. Aliases are expanded: the copy has the place of its alias, what it holds keeps the places where it is
/// written. An empty value has the place of its key.
class Node {
 public:
  struct Entry;

  Kind kind() const { return kind_; }
  const Place& place() const { return place_; }
  bool is_map() const { return kind_ == Kind::map; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_scalar() const { return kind_ != Kind::map && kind_ != Kind::list; }

  /// The scalar as it stands in the file, unquoted; a quoted scalar is always a string. Empty for maps and lists.
  const std::string& text() const { return text_; }
  bool boolean() const { return boolean_; }
  std::int64_t integer() const { return integer_; }
  /// Of a number and of an integer.
  double number() const { return number_; }

  const std::vector<Node>& items() const { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }
  /// The value of `key`, or nullptr.
  const Node* find(std::string_view key) const;

  /// "a mapping", "a list", "a string", "nothing" ... for messages.
  std::string_view kind_name() const;
  Json to_json() const;
  /// `over` on top of this: maps are merged key by key, everything else is replaced. Each value keeps its own place.
  Node merged(const Node& over) const;

 private:
  friend class Reader;
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  std::int64_t integer_ = 0;
  double number_ = 0;
  Place place_;
  std::string text_;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

struct Node::Entry {
  std::string key;
  Place key_place;
  Node value;
};

/// Reads one document; an empty text is null. Every problem (syntax, duplicate keys, tags, merge keys, limits, a second
/// document, non-scalar keys) goes to `diagnostics`, which also gets the text to show lines of; nothing is returned
/// when there was one. Never throws. `file` is the name shown.
std::optional<Node> read(std::string_view text, const std::string& file, Diagnostics& diagnostics,
                         const Limits& limits = {});

/// The same for a file on disk; a missing or unreadable file is a diagnostic too.
std::optional<Node> read_file(const std::filesystem::path& path, const std::string& shown_as, Diagnostics& diagnostics,
                              const Limits& limits = {});

/// Says which keys of `map` are not among `known`, each with its place and "did you mean". The caller tells by itself
/// what is wrong with those of `told`.
void refuse_unknown_keys(const Node& map, const std::vector<std::string>& known, std::string_view what,
                         Diagnostics& diagnostics, const std::vector<std::string>& told = {});

}  // namespace polygate::yaml

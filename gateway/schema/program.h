#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/schema/formats.h"
#include "gateway/schema/name_table.h"
#include "gateway/schema/number.h"
#include "gateway/schema/pattern.h"

namespace polygate::schema {

struct Node;
struct Source;

/// JSON's types as bits of a set; an integer is also a number.
enum TypeBits : std::uint8_t {
  kNull = 1,
  kBoolean = 2,
  kInteger = 4,
  kFraction = 8,
  kNumber = kInteger | kFraction,
  kString = 16,
  kArray = 32,
  kObject = 64,
  kAnyType = 127
};

struct NumberRules {
  std::optional<Number> minimum, maximum, exclusive_minimum, exclusive_maximum, multiple_of;
};

struct StringRules {
  std::size_t min_length = 0;
  std::size_t max_length = ~std::size_t{0};
  std::shared_ptr<const Pattern> pattern;
  std::optional<Format> format;
};

struct ArrayRules {
  std::size_t min_items = 0;
  std::size_t max_items = ~std::size_t{0};
  bool unique = false;
  std::vector<const Node*> prefix;
  const Node* rest = nullptr;  ///< for the items beyond the prefix
  const char* rest_keyword = "items";
  const Node* contains = nullptr;
  std::size_t min_contains = 1;
  std::size_t max_contains = ~std::size_t{0};
  bool contains_evaluates = false;  ///< since 2020-12 the items that match count as evaluated
};

struct ObjectRules {
  /// What is known about a name of `names`.
  struct Property {
    const Node* node = nullptr;  ///< nullptr: required, but not under properties
    std::uint64_t required = 0;  ///< its bit in `required`
  };
  struct PatternProperty {
    std::shared_ptr<const Pattern> pattern;
    const Node* node;
  };
  struct DependentNames {
    std::string name;
    std::vector<std::string> required;
    const char* keyword;
  };
  struct DependentSchema {
    std::string name;
    const Node* node;
  };

  NameTable names;
  std::vector<Property> properties;       ///< as `names` numbers them
  std::uint64_t required = 0;             ///< the bits of the first 64 required names
  std::vector<std::string> required_too;  ///< required names beyond those
  std::vector<PatternProperty> patterns;
  const Node* additional = nullptr;
  const Node* property_names = nullptr;
  std::size_t min_properties = 0;
  std::size_t max_properties = ~std::size_t{0};
  std::vector<DependentNames> dependent_names;
  std::vector<DependentSchema> dependent_schemas;
};

/// Keywords that look at the value as a whole, whatever its type.
struct ValueRules {
  std::optional<json::View> constant;
  bool has_enumeration = false;
  NameTable strings;                    ///< the enumeration's strings
  std::vector<json::View> enumeration;  ///< its other values
  std::vector<json::View> all_values;   ///< for messages
  std::vector<const Node*> all;         ///< $ref and allOf
  std::vector<const Node*> any;
  std::vector<const Node*> one;
  const Node* negated = nullptr;
  const Node* condition = nullptr;
  const Node* consequence = nullptr;
  const Node* alternative = nullptr;
  /// $dynamicRef: where it leads from each resource that has the anchor, and from all others.
  struct Dynamic {
    std::unordered_map<std::uint32_t, const Node*> targets;
    const Node* otherwise = nullptr;
  };
  std::optional<Dynamic> dynamic;
  const Node* unevaluated_properties = nullptr;
  const Node* unevaluated_items = nullptr;
};

/// One compiled schema. A rule set is nullptr when none of its keywords stand in the schema.
struct Node {
  std::uint8_t types = kAnyType;
  bool never = false;          ///< the schema `false`
  std::uint32_t resource = 0;  ///< the schema resource that it is part of, for dynamic scope
  std::unique_ptr<const NumberRules> number;
  std::unique_ptr<const StringRules> string;
  std::unique_ptr<const ArrayRules> array;
  std::unique_ptr<const ObjectRules> object;
  std::unique_ptr<const ValueRules> value;
  std::optional<json::View> fallback;  ///< `default`: what a value counts as that is not there
  std::string location;                ///< file#/pointer
};

/// A schema and all that it refers to, compiled. Immutable once made; its values point into `sources`.
struct Program {
  std::deque<Node> nodes;  // a deque, so that nodes stay where they are
  const Node* root = nullptr;
  bool dynamic = false;  ///< dynamic scope must be followed
  std::uint64_t seed = 0;
  std::vector<std::shared_ptr<const Source>> sources;
};

}  // namespace polygate::schema

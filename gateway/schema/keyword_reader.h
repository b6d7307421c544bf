#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/schema/compiler.h"

namespace polygate::schema {

/// Reads the keywords of one schema into its Node. The metaschema has been checked before, but a reference can lead to
/// a place that it does not cover: whatever has the wrong type is told, not assumed.
class KeywordReader {
 public:
  KeywordReader(Compiler& compiler, Node& node, const Location& location)
      : compiler_(compiler), node_(node), at_(location), dialect_(location.resource().dialect) {}

  void run();

 private:
  void read_types();
  void read_number();
  void read_string();
  void read_array();
  void read_items(ArrayRules& rules);
  void read_object();
  void read_properties(ObjectRules& rules);
  void read_dependencies(ObjectRules& rules);
  void read_value();
  void read_enumeration(ValueRules& rules);
  void read_dynamic_reference(ValueRules& rules);

  /// The value of `keyword`, when this dialect knows it and it stands here.
  std::optional<json::View> get(std::string_view keyword) const;
  bool has_any(std::initializer_list<std::string_view> keywords) const;
  const Node* schema(std::string_view keyword);
  std::vector<const Node*> schemas(std::string_view keyword);
  std::optional<Number> number(std::string_view keyword);
  std::size_t count(std::string_view keyword, std::size_t otherwise);
  std::vector<std::string> names(json::View value, const std::string& pointer);
  std::optional<std::string_view> text(std::string_view keyword);
  std::shared_ptr<const Pattern> pattern(std::string_view expression, const std::string& pointer);
  void wrong(std::string_view keyword, const std::string& message, const std::string& hint = {});

  Compiler& compiler_;
  Node& node_;
  const Location at_;
  const Dialect& dialect_;
};

}  // namespace polygate::schema

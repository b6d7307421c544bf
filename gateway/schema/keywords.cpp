#include "gateway/schema/keywords.h"

namespace polygate::schema {
namespace {

using enum Vocabulary;

constexpr Keyword kKeywords[] = {
    {"$id", Holds::data, core, true, true},
    {"$schema", Holds::data, core, true, true},
    {"$ref", Holds::data, core, true, true},
    {"$comment", Holds::data, core, true, true},
    {"$anchor", Holds::data, core, false, true},
    {"$dynamicRef", Holds::data, core, false, true},
    {"$dynamicAnchor", Holds::data, core, false, true},
    {"$vocabulary", Holds::data, core, false, true},
    {"$defs", Holds::named_schemas, core, false, true},
    {"definitions", Holds::named_schemas, core, true, true},
    {"allOf", Holds::schemas, applicator, true, true},
    {"anyOf", Holds::schemas, applicator, true, true},
    {"oneOf", Holds::schemas, applicator, true, true},
    {"not", Holds::schema, applicator, true, true},
    {"if", Holds::schema, applicator, true, true},
    {"then", Holds::schema, applicator, true, true},
    {"else", Holds::schema, applicator, true, true},
    {"properties", Holds::named_schemas, applicator, true, true},
    {"patternProperties", Holds::named_schemas, applicator, true, true},
    {"additionalProperties", Holds::schema, applicator, true, true},
    {"propertyNames", Holds::schema, applicator, true, true},
    {"dependentSchemas", Holds::named_schemas, applicator, false, true},
    {"dependencies", Holds::named_mixed, applicator, true, true},
    {"prefixItems", Holds::schemas, applicator, false, true},
    {"items", Holds::schema, applicator, false, true},
    {"items", Holds::schema_or_schemas, applicator, true, false},
    {"additionalItems", Holds::schema, applicator, true, false},
    {"contains", Holds::schema, applicator, true, true},
    {"unevaluatedProperties", Holds::schema, unevaluated, false, true},
    {"unevaluatedItems", Holds::schema, unevaluated, false, true},
    {"type", Holds::data, validation, true, true},
    {"const", Holds::data, validation, true, true},
    {"enum", Holds::data, validation, true, true},
    {"multipleOf", Holds::data, validation, true, true},
    {"maximum", Holds::data, validation, true, true},
    {"exclusiveMaximum", Holds::data, validation, true, true},
    {"minimum", Holds::data, validation, true, true},
    {"exclusiveMinimum", Holds::data, validation, true, true},
    {"maxLength", Holds::data, validation, true, true},
    {"minLength", Holds::data, validation, true, true},
    {"pattern", Holds::data, validation, true, true},
    {"maxItems", Holds::data, validation, true, true},
    {"minItems", Holds::data, validation, true, true},
    {"uniqueItems", Holds::data, validation, true, true},
    {"maxContains", Holds::data, validation, false, true},
    {"minContains", Holds::data, validation, false, true},
    {"maxProperties", Holds::data, validation, true, true},
    {"minProperties", Holds::data, validation, true, true},
    {"required", Holds::data, validation, true, true},
    {"dependentRequired", Holds::data, validation, false, true},
    {"format", Holds::data, format, true, true},
    {"contentEncoding", Holds::data, annotation, true, true},
    {"contentMediaType", Holds::data, annotation, true, true},
    {"contentSchema", Holds::schema, annotation, false, true},
    {"title", Holds::data, annotation, true, true},
    {"description", Holds::data, annotation, true, true},
    {"default", Holds::data, annotation, true, true},
    {"examples", Holds::data, annotation, true, true},
    {"deprecated", Holds::data, annotation, true, true},
    {"readOnly", Holds::data, annotation, true, true},
    {"writeOnly", Holds::data, annotation, true, true},
};

}  // namespace

const Keyword* Dialect::find(std::string_view name) const {
  for (const Keyword& keyword : kKeywords) {
    if (keyword.name == name && has(keyword)) return &keyword;
  }
  return nullptr;
}

std::vector<std::string> Dialect::names() const {
  std::vector<std::string> out;
  for (const Keyword& keyword : kKeywords) {
    if (has(keyword)) out.emplace_back(keyword.name);
  }
  return out;
}

bool Dialect::has(const Keyword& keyword) const {
  if (draft == Draft::draft7 ? !keyword.in_draft7 : !keyword.in_draft2020) return false;
  switch (keyword.vocabulary) {
    case Vocabulary::applicator:
      return applicator;
    case Vocabulary::unevaluated:
      return unevaluated;
    case Vocabulary::validation:
      return validation;
    default:
      return true;
  }
}

}  // namespace polygate::schema

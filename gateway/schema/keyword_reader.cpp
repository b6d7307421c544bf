#include "gateway/schema/keyword_reader.h"

#include <algorithm>

namespace polygate::schema {
namespace {

struct TypeName {
  std::string_view name;
  std::uint8_t bits;
};

constexpr TypeName kTypes[] = {{"null", kNull},     {"boolean", kBoolean}, {"integer", kInteger}, {"number", kNumber},
                               {"string", kString}, {"array", kArray},     {"object", kObject}};

constexpr std::size_t kMaskedNames = 64;

std::uint8_t type_bits(json::View value) {
  if (!value.is_string()) return 0;
  for (const TypeName& type : kTypes) {
    if (type.name == json::string(value)) return type.bits;
  }
  return 0;
}

}  // namespace

void KeywordReader::run() {
  if (at_.value.is_bool()) {
    node_.never = !at_.value.get_bool().value_unsafe();
    return;
  }
  if (!at_.value.is_object()) {
    compiler_.problems_.add(*at_.source, at_.pointer, "expected a schema: an object or a boolean");
    return;
  }
  const auto reference = text("$ref");
  if (reference && dialect_.draft == Draft::draft7) {
    auto rules = std::make_unique<ValueRules>();
    if (const Node* target = compiler_.reference(at_, "$ref", *reference)) rules->all.push_back(target);
    node_.value = std::move(rules);
    return;  // its siblings are ignored (draft 7, section 8.3)
  }
  read_types();
  read_number();
  read_string();
  read_array();
  read_object();
  read_value();
  node_.fallback = get("default");
}

void KeywordReader::read_types() {
  const auto type = get("type");
  if (!type) return;
  node_.types = 0;
  if (!type->is_array()) {
    node_.types = type_bits(*type);
  } else {
    for (const json::View item : json::array(*type)) node_.types |= type_bits(item);
  }
  if (node_.types == 0) wrong("type", "expected the name of a type");
}

void KeywordReader::read_number() {
  if (!has_any({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})) return;
  auto rules = std::make_unique<NumberRules>();
  rules->minimum = number("minimum");
  rules->maximum = number("maximum");
  rules->exclusive_minimum = number("exclusiveMinimum");
  rules->exclusive_maximum = number("exclusiveMaximum");
  rules->multiple_of = number("multipleOf");
  if (rules->multiple_of && compare(*rules->multiple_of, Number{}) <= 0) {
    wrong("multipleOf", "expected a number greater than 0");
    rules->multiple_of.reset();
  }
  node_.number = std::move(rules);
}

void KeywordReader::read_string() {
  const bool asserted = compiler_.options_.assert_format || dialect_.format_assertion;
  if (!has_any({"minLength", "maxLength", "pattern"}) && !(asserted && get("format"))) return;
  auto rules = std::make_unique<StringRules>();
  rules->min_length = count("minLength", rules->min_length);
  rules->max_length = count("maxLength", rules->max_length);
  if (const auto expression = text("pattern")) rules->pattern = pattern(*expression, child(at_.pointer, "pattern"));
  if (const auto name = asserted ? text("format") : std::nullopt) {
    rules->format = format_named(*name);
    if (!rules->format && compiler_.options_.unknown_keywords == Options::Unknown::refuse) {
      wrong("format", "unknown format `" + std::string(*name) + "`", did_you_mean(*name, format_names()));
    }
  }
  node_.string = std::move(rules);
}

void KeywordReader::read_array() {
  if (!has_any({"items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"})) return;
  auto rules = std::make_unique<ArrayRules>();
  rules->min_items = count("minItems", rules->min_items);
  rules->max_items = count("maxItems", rules->max_items);
  if (const auto unique = get("uniqueItems")) rules->unique = unique->is_bool() && unique->get_bool().value_unsafe();
  read_items(*rules);
  rules->contains = schema("contains");
  rules->contains_evaluates = dialect_.draft == Draft::draft2020;
  rules->min_contains = count("minContains", rules->min_contains);
  rules->max_contains = count("maxContains", rules->max_contains);
  node_.array = std::move(rules);
}

void KeywordReader::read_items(ArrayRules& rules) {
  if (dialect_.draft == Draft::draft2020) {
    rules.prefix = schemas("prefixItems");
    rules.rest = schema("items");
    return;
  }
  const auto items = get("items");
  if (!items) return;
  if (!items->is_array()) {
    rules.rest = schema("items");
    return;
  }
  rules.prefix = schemas("items");
  rules.rest = schema("additionalItems");
  rules.rest_keyword = "additionalItems";
}

void KeywordReader::read_object() {
  if (!has_any({"properties", "patternProperties", "additionalProperties", "propertyNames", "required", "minProperties",
                "maxProperties", "dependentRequired", "dependentSchemas", "dependencies"}))
    return;
  auto rules = std::make_unique<ObjectRules>();
  rules->min_properties = count("minProperties", rules->min_properties);
  rules->max_properties = count("maxProperties", rules->max_properties);
  read_properties(*rules);
  const std::string patterns = child(at_.pointer, "patternProperties");
  if (const auto map = get("patternProperties"); map && map->is_object()) {
    for (const auto [key, value] : json::object(*map)) {
      const std::string pointer = child(patterns, key);
      if (auto compiled = pattern(key, pointer)) {
        rules->patterns.push_back({std::move(compiled), compiler_.node_at(at_, pointer, value)});
      }
    }
  }
  rules->additional = schema("additionalProperties");
  rules->property_names = schema("propertyNames");
  read_dependencies(*rules);
  node_.object = std::move(rules);
}

void KeywordReader::read_properties(ObjectRules& rules) {
  std::vector<std::string> list;
  const std::string properties = child(at_.pointer, "properties");
  if (const auto map = get("properties"); map && map->is_object()) {
    for (const auto [key, value] : json::object(*map)) {
      list.emplace_back(key);
      rules.properties.push_back({compiler_.node_at(at_, child(properties, key), value), 0});
    }
  }
  std::size_t required = 0;
  if (const auto value = get("required")) {
    for (const std::string& name : names(*value, child(at_.pointer, "required"))) {
      if (required == kMaskedNames) {
        rules.required_too.push_back(name);
        continue;
      }
      auto at = static_cast<std::size_t>(std::find(list.begin(), list.end(), name) - list.begin());
      if (at == list.size()) {
        list.push_back(name);
        rules.properties.emplace_back();
      }
      if (rules.properties[at].required == 0) rules.properties[at].required = std::uint64_t{1} << required++;
      rules.required |= rules.properties[at].required;
    }
  }
  rules.names = NameTable(std::move(list));
}

void KeywordReader::read_dependencies(ObjectRules& rules) {
  for (const char* keyword : {"dependentRequired", "dependentSchemas", "dependencies"}) {
    const auto map = get(keyword);
    if (!map || !map->is_object()) continue;
    for (const auto [key, value] : json::object(*map)) {
      const std::string pointer = child(child(at_.pointer, keyword), key);
      if (value.is_array()) {
        rules.dependent_names.push_back({std::string(key), names(value, pointer), keyword});
      } else {
        rules.dependent_schemas.push_back({std::string(key), compiler_.node_at(at_, pointer, value)});
      }
    }
  }
}

void KeywordReader::read_value() {
  if (!has_any({"$ref", "$dynamicRef", "const", "enum", "allOf", "anyOf", "oneOf", "not", "if", "unevaluatedProperties",
                "unevaluatedItems"}))
    return;
  auto rules = std::make_unique<ValueRules>();
  rules->constant = get("const");
  read_enumeration(*rules);
  rules->all = schemas("allOf");
  if (const auto reference = text("$ref")) {
    if (const Node* target = compiler_.reference(at_, "$ref", *reference))
      rules->all.insert(rules->all.begin(), target);
  }
  rules->any = schemas("anyOf");
  rules->one = schemas("oneOf");
  rules->negated = schema("not");
  rules->condition = schema("if");
  if (rules->condition != nullptr) {
    rules->consequence = schema("then");
    rules->alternative = schema("else");
  }
  rules->unevaluated_properties = schema("unevaluatedProperties");
  rules->unevaluated_items = schema("unevaluatedItems");
  read_dynamic_reference(*rules);
  node_.value = std::move(rules);
}

void KeywordReader::read_enumeration(ValueRules& rules) {
  const auto values = get("enum");
  if (!values) return;
  if (!values->is_array()) return wrong("enum", "expected an array");
  rules.has_enumeration = true;
  std::vector<std::string> strings;
  for (const json::View value : json::array(*values)) {
    rules.all_values.push_back(value);
    if (!value.is_string()) {
      rules.enumeration.push_back(value);
    } else if (std::find(strings.begin(), strings.end(), json::string(value)) == strings.end()) {
      strings.emplace_back(json::string(value));
    }
  }
  rules.strings = NameTable(std::move(strings));
}

void KeywordReader::read_dynamic_reference(ValueRules& rules) {
  const auto reference = text("$dynamicRef");
  if (!reference) return;
  const auto target = compiler_.sources_.resolve(*at_.source, at_.pointer, *reference, compiler_.problems_);
  if (!target) return wrong("$dynamicRef", target.failure().message);
  const Node* otherwise = compiler_.node(*target);
  if (target->dynamic_anchor.empty()) {
    rules.all.push_back(otherwise);
    return;
  }
  ValueRules::Dynamic dynamic;
  dynamic.otherwise = otherwise;
  rules.dynamic.emplace(std::move(dynamic));
  compiler_.dynamic_.push_back({&rules, target->dynamic_anchor});
}

std::optional<json::View> KeywordReader::get(std::string_view keyword) const {
  if (dialect_.find(keyword) == nullptr) return std::nullopt;
  return json::find(at_.value, keyword);
}

bool KeywordReader::has_any(std::initializer_list<std::string_view> keywords) const {
  return std::any_of(keywords.begin(), keywords.end(), [this](auto keyword) { return get(keyword).has_value(); });
}

const Node* KeywordReader::schema(std::string_view keyword) {
  const auto value = get(keyword);
  return value ? compiler_.node_at(at_, child(at_.pointer, keyword), *value) : nullptr;
}

std::vector<const Node*> KeywordReader::schemas(std::string_view keyword) {
  std::vector<const Node*> out;
  const auto value = get(keyword);
  if (!value) return out;
  if (!value->is_array()) {
    wrong(keyword, "expected an array of schemas");
    return out;
  }
  const std::string pointer = child(at_.pointer, keyword);
  for (const json::View item : json::array(*value)) {
    out.push_back(compiler_.node_at(at_, child(pointer, out.size()), item));
  }
  return out;
}

std::optional<Number> KeywordReader::number(std::string_view keyword) {
  const auto value = get(keyword);
  if (!value) return std::nullopt;
  if (value->is_number()) return Number::of(*value);
  wrong(keyword, "expected a number");
  return std::nullopt;
}

std::size_t KeywordReader::count(std::string_view keyword, std::size_t otherwise) {
  const auto value = get(keyword);
  if (!value) return otherwise;
  const Number found = value->is_number() ? Number::of(*value) : Number{true, -1, 0};
  if (found.whole && found.integer >= 0) return static_cast<std::size_t>(found.integer);
  wrong(keyword, "expected a whole number, 0 or more");
  return otherwise;
}

std::vector<std::string> KeywordReader::names(json::View value, const std::string& pointer) {
  std::vector<std::string> out;
  if (value.is_array()) {
    for (const json::View item : json::array(value)) {
      if (item.is_string()) out.emplace_back(json::string(item));
    }
    if (out.size() == json::array(value).size()) return out;
  }
  compiler_.problems_.add(*at_.source, pointer, "expected an array of names");
  return out;
}

std::optional<std::string_view> KeywordReader::text(std::string_view keyword) {
  const auto value = get(keyword);
  if (!value) return std::nullopt;
  if (value->is_string()) return json::string(*value);
  wrong(keyword, "expected a string");
  return std::nullopt;
}

std::shared_ptr<const Pattern> KeywordReader::pattern(std::string_view expression, const std::string& pointer) {
  auto compiled = Pattern::compile(expression);
  if (compiled) return *compiled;
  compiler_.problems_.add(*at_.source, pointer,
                          "this regular expression cannot be used: " + compiled.failure().message);
  return nullptr;
}

void KeywordReader::wrong(std::string_view keyword, const std::string& message, const std::string& hint) {
  compiler_.problems_.add(*at_.source, child(at_.pointer, keyword), '`' + std::string(keyword) + "`: " + message, hint);
}

}  // namespace polygate::schema

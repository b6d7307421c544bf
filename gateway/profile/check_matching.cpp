#include "gateway/profile/check_matching.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "gateway/profile/check_data.h"

namespace polygate::profile {
namespace {

/// Keywords that mean the same whatever stands beside them.
bool stands_alone(const std::string& keyword) {
  constexpr std::string_view kAlone[] = {"properties", "required",  "type",          "enum",
                                         "const",      "minimum",   "maximum",       "exclusiveMinimum",
                                         "pattern",    "minLength", "maxLength",     "exclusiveMaximum",
                                         "format",     "minItems",  "minProperties", "maxProperties"};
  return std::find(std::begin(kAlone), std::end(kAlone), keyword) != std::end(kAlone);
}

bool all_in(const Json& some, const Json& all) {
  return std::all_of(some.begin(), some.end(),
                     [&](const Json& one) { return std::find(all.begin(), all.end(), one) != all.end(); });
}

/// As far as their keywords tell: does `wide` take everything that `narrow` takes? False where that is not certain.
bool covers(const Json& wide, const Json& narrow) {
  if (wide.is_null()) return false;  // it could not be read
  if (wide == narrow || wide == Json(true) || narrow == Json(false)) return true;
  if (!wide.is_object() || !narrow.is_object()) return false;
  const auto in_narrow = [&](const char* keyword) { return narrow.value(keyword, Json::array()); };
  for (const auto& [keyword, value] : wide.items()) {
    if (!stands_alone(keyword)) return false;
    if (narrow.contains(keyword) && narrow[keyword] == value) continue;
    if (keyword == "required") {
      if (!all_in(value, in_narrow("required"))) return false;
    } else if (keyword == "enum") {
      const Json taken = narrow.contains("const") ? Json::array({narrow["const"]}) : in_narrow("enum");
      if (taken.empty() || !all_in(taken, value)) return false;
    } else if (keyword == "properties") {
      const Json fields = narrow.value("properties", Json::object());
      for (const auto& [field, its] : value.items()) {
        if (!fields.contains(field) || !covers(its, fields[field])) return false;
      }
    } else {
      return false;
    }
  }
  return true;
}

bool covers(const Rule& earlier, const Rule& later) {
  if (!earlier.matching) return true;
  if (!later.matching) return false;
  const bool named = !earlier.matching->definition.empty() || !later.matching->definition.empty();
  return named ? earlier.matching->definition == later.matching->definition
               : covers(earlier.matching->written, later.matching->written);
}

/// Of the rules of one event the first takes the sender and its data; what a later one could take must be left.
void check_order(CheckContext& context, const std::vector<Rule>& rules) {
  for (std::size_t later = 1; later < rules.size(); ++later) {
    for (const RoleIndex role : rules[later].from) {
      const auto end = rules.begin() + static_cast<std::ptrdiff_t>(later);
      const auto earlier = std::find_if(
          rules.begin(), end, [&](const Rule& rule) { return rule.takes(role) && covers(rule, rules[later]); });
      if (earlier == end) continue;
      context.problem(rules[later].place, "this rule is never reached from `" + context.profile.roles[role] +
                                              "`: the rule on line " + std::to_string(earlier->place.line) +
                                              (earlier->matching ? " takes all that it matches" : " takes it"));
    }
  }
}

/// A field that no data of the event has is never there to match.
void check_field(CheckContext& context, const Place& place, const Definitions::Definition& event,
                 const std::vector<std::string>& path) {
  const auto names = event.schema->look_up(path);
  const bool is_declared = names.known && (names.declared.empty() || has(names.declared, path.back()));
  if (is_declared) return;
  context.problem(place, "field `" + path.back() + "` is not in " + context.definitions.shown(event.name),
                  did_you_mean(path.back(), names.declared));
}

/// The fields of `matching` and its constants, against what the event's data can be.
void check_fields_of(CheckContext& context, const MatchingStep& matching, const Json& schema,
                     const Definitions::Definition& event, const std::vector<std::string>& path) {
  if (!schema.is_object()) return;
  const auto below = [&](const std::string& field) {
    std::vector<std::string> longer = path;
    longer.push_back(field);
    return longer;
  };
  const Json fields = schema.value("properties", Json::object());
  const Json required = schema.value("required", Json::array());
  for (const Json& field : required) {
    if (field.is_string() && !fields.contains(field.get<std::string>())) {
      check_field(context, matching.place, event, below(field.get<std::string>()));
    }
  }
  if (!fields.is_object()) return;
  for (const auto& [field, its] : fields.items()) {
    check_field(context, matching.place, event, below(field));
    check_fields_of(context, matching, its, event, below(field));
  }
}

/// A constant that the event's own definition refuses at that place never comes.
void check_constants(CheckContext& context, const MatchingStep& matching, const std::string& event) {
  const Json fields = matching.written.value("properties", Json::object());
  for (const auto& [field, its] : fields.items()) {
    if (!its.is_object()) continue;
    const auto definition = context.definitions.find_field(event, field);
    if (definition.schema == nullptr) continue;
    const Json wanted = its.contains("const") ? Json::array({its["const"]}) : its.value("enum", Json::array());
    for (const Json& value : wanted) {
      json::Document document;
      const std::string text = value.dump();
      if (!document.parse(text)) continue;
      const auto errors = definition.schema->errors(document.root(), 1);
      if (errors.empty()) continue;
      context.problem(matching.place, "`" + field + "` is never " + text + ": " + errors[0].message + " in " +
                                          context.definitions.shown(definition.name));
    }
  }
}

void compile_written(CheckContext& context, MatchingStep& matching, const std::string& event) {
  Diagnostics found;
  const std::string name =
      context.profile.name + "-" + std::to_string(matching.place.line) + "-" + std::to_string(matching.place.column);
  matching.schema = context.surroundings.schemas->compile_text(name, matching.written.dump(), found);
  for (const Diagnostic& problem : found.items()) {
    context.problem(matching.place, "`matching` is no schema: " + problem.message, problem.hint);
  }
  if (matching.schema == nullptr) return;
  const auto definition = context.definitions.find(event, "", matching.place);
  if (definition.schema == nullptr) return;
  check_fields_of(context, matching, matching.written, definition, {});
  check_constants(context, matching, event);
}

void check_matching(CheckContext& context, MatchingStep& matching, const std::string& event) {
  if (!context.json()) {
    context.problem(matching.place, "this dialect has no JSON: there is nothing that `matching` could be held against");
    return;
  }
  if (!context.definitions.usable()) return;
  if (matching.definition == event) {
    context.problem(matching.place, "every `" + event + "` matches its own definition: leave `matching` out");
  }
  if (!matching.definition.empty()) {
    matching.schema = context.definitions.find_named(matching.definition, matching.place).schema;
  } else if (!matching.written.is_null()) {
    compile_written(context, matching, event);
  }
}

}  // namespace

void check_choice(CheckContext& context, std::vector<Rule>& rules, const std::string& event) {
  for (Rule& rule : rules) {
    if (rule.matching) check_matching(context, *rule.matching, event);
  }
  check_order(context, rules);
}

}  // namespace polygate::profile

#pragma once
#include <algorithm>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gateway/schema/flat_rules.h"
#include "gateway/schema/marks.h"
#include "gateway/schema/program.h"
#include "gateway/schema/subject.h"

namespace polygate::schema {

/// One value against one Program. `Report` decides what becomes of a failure: it is told of each, with the node and the
/// keyword, and says whether to go on. Both valid() and errors() are this one walk, so that they cannot disagree.
/// On the stack for one call; recursion is bounded by kMaxDepth.
template <class Report>
class Evaluation {
 public:
  Evaluation(const Program& program, Report& report) : program_(program), report_(report) {}

  bool run(const Node& node, json::View value) { return check(node, value, nullptr); }

 private:
  static constexpr unsigned kMaxDepth = 512;

  /// The schema resources entered on the way to a node: the dynamic scope (core, section 7.1).
  struct Scope {
    const Scope* outer;
    std::uint32_t resource;
  };

  /// Notes a failure; true when the walk ends here.
  template <class... Details>
  bool failed(bool& ok, const Node& node, const char* keyword, const Details&... details) {
    ok = false;
    return report_.failed(trail_, node, keyword, details...);
  }

  /// The same, for the checks of flat_rules.h.
  auto failures(const Node& node) {
    return [this, &node](bool& ok, const char* keyword, const auto&... details) {
      return this->failed(ok, node, keyword, details...);
    };
  }

  bool too_deep(const Node& node) {
    bool ok = true;
    failed(ok, node, "", TooDeep{});
    return false;
  }

  /// `Value` is a json::View, or a std::string_view for a property's name. `marks`, when given, gets what is evaluated.
  template <class Value>
  bool check(const Node& node, Value value, Marks* marks) {
    if (node.value == nullptr && !program_.dynamic) return check_rules(node, value, marks);
    if (program_.dynamic && (scope_ == nullptr || scope_->resource != node.resource)) {
      const Scope inner{scope_, node.resource};
      scope_ = &inner;
      const bool ok = check_in_scope(node, value, marks);
      scope_ = inner.outer;
      return ok;
    }
    return check_in_scope(node, value, marks);
  }

  template <class Value>
  bool check_in_scope(const Node& node, Value value, Marks* marks) {
    if (node.value != nullptr && (node.value->unevaluated_properties != nullptr || node.value->unevaluated_items)) {
      Marks own(count_of(value));
      // After a failure the marks are not complete: nothing can be said of what is left.
      if (!check_rules(node, value, &own) || !check_unevaluated(node, value, own)) return false;
      if (marks != nullptr) marks->add_all(own);
      return true;
    }
    return check_rules(node, value, marks);
  }

  template <class Value>
  bool check_rules(const Node& node, Value value, Marks* marks) {
    bool ok = true;
    if (node.never) {
      failed(ok, node, "");
      return false;
    }
    const Type type = type_of(value);
    switch (type) {
      case Type::STRING:
        if ((node.types & kString) == 0) {
          if (failed(ok, node, "type", kString)) return false;
        } else if (node.string != nullptr && !check_string(*node.string, text_of(value), failures(node))) {
          ok = false;
        }
        break;
      case Type::NULL_VALUE:
        if ((node.types & kNull) == 0 && failed(ok, node, "type", kNull)) return false;
        break;
      case Type::BOOL:
        if ((node.types & kBoolean) == 0 && failed(ok, node, "type", kBoolean)) return false;
        break;
      default:
        if constexpr (std::is_same_v<Value, json::View>) {
          if (!check_view(node, value, type, marks)) ok = false;
        }
    }
    if (!ok && report_.full()) return false;
    if (node.value != nullptr && !check_value(node, value, marks)) ok = false;
    return ok;
  }

  bool check_view(const Node& node, json::View value, Type type, Marks* marks) {
    bool ok = true;
    if (type == Type::OBJECT) {
      if ((node.types & kObject) == 0) {
        failed(ok, node, "type", kObject);
      } else if (node.object != nullptr) {
        ok = check_object(node, json::object(value), marks) && ok;
        for (const auto& dependent : node.object->dependent_schemas) {
          if (!ok && report_.full()) return false;
          if (has_member(json::object(value), dependent.name) && !check(*dependent.node, value, marks)) ok = false;
        }
      }
      return ok;
    }
    if (type == Type::ARRAY) {
      if ((node.types & kArray) == 0) {
        failed(ok, node, "type", kArray);
      } else if (node.array != nullptr) {
        ok = check_array(node, json::array(value), marks);
      }
      return ok;
    }
    if ((node.types & kNumber) != kNumber) {
      const bool integral = type != Type::DOUBLE || is_integral(Number::of(value));
      if ((node.types & (integral ? kInteger : kFraction)) == 0) {
        failed(ok, node, "type", integral ? kInteger : kFraction);
        return false;
      }
    }
    return node.number == nullptr || check_number(*node.number, Number::of(value), failures(node));
  }

  bool check_array(const Node& node, simdjson::dom::array items, Marks* marks) {
    const ArrayRules& rules = *node.array;
    const Deeper deeper(depth_);
    bool ok = true;
    if (depth_ > kMaxDepth) return too_deep(node);
    if (rules.min_items > 0 || rules.max_items != ~std::size_t{0}) {
      const std::size_t size = items.size();
      if (size < rules.min_items && failed(ok, node, "minItems", size, rules.min_items)) return false;
      if (size > rules.max_items && failed(ok, node, "maxItems", size, rules.max_items)) return false;
    }
    if (rules.unique && !all_different(items, program_.seed) && failed(ok, node, "uniqueItems")) return false;
    const Trail here{trail_, {}, 0, true};
    Trail at = here;
    std::size_t index = 0;
    if (!rules.prefix.empty() || rules.rest != nullptr) {
      trail_ = &at;
      for (const json::View item : items) {
        const Node* child = index < rules.prefix.size() ? rules.prefix[index] : rules.rest;
        if (child == nullptr) break;
        at.index = index;
        if (marks != nullptr) marks->add(index);
        ++index;
        if (check(*child, item, nullptr)) continue;
        ok = false;
        if (report_.full()) break;
      }
      trail_ = here.parent;
      if (!ok && report_.full()) return false;
    }
    return (rules.contains == nullptr || check_contains(node, items, marks)) && ok;
  }

  bool check_contains(const Node& node, simdjson::dom::array items, Marks* marks) {
    const ArrayRules& rules = *node.array;
    std::size_t found = 0, index = 0;
    const bool all = (marks != nullptr && rules.contains_evaluates) || rules.max_contains != ~std::size_t{0};
    for (const json::View item : items) {
      if (!all && found >= rules.min_contains) break;
      if (quietly([&] { return check(*rules.contains, item, nullptr); })) {
        ++found;
        if (marks != nullptr && rules.contains_evaluates) marks->add(index);
      }
      ++index;
    }
    bool ok = true;
    if (found < rules.min_contains) {
      failed(ok, node, rules.min_contains == 1 ? "contains" : "minContains", found, rules.min_contains);
    } else if (found > rules.max_contains) {
      failed(ok, node, "maxContains", found, rules.max_contains);
    }
    return ok;
  }

  bool check_object(const Node& node, simdjson::dom::object object, Marks* marks) {
    const ObjectRules& rules = *node.object;
    const Deeper deeper(depth_);
    bool ok = true;
    if (depth_ > kMaxDepth) return too_deep(node);
    const Trail* const here = trail_;
    Trail at{here, {}, 0, false};
    trail_ = &at;
    std::uint64_t present = 0;
    std::size_t index = 0;
    for (const auto field : object) {
      at.key = field.key;
      if (!check_member(node, field.key, field.value, index++, present, marks)) {
        ok = false;
        if (report_.full()) break;
      }
    }
    trail_ = here;
    if (!ok && report_.full()) return false;
    if (present != rules.required) {
      for (std::size_t i = 0; i < rules.properties.size(); ++i) {
        if ((rules.properties[i].required & ~present) != 0 &&
            failed(ok, node, "required", std::string_view(rules.names.names()[i])))
          return false;
      }
    }
    return check_names_and_size(rules, object, index, failures(node)) && ok;
  }

  bool check_member(const Node& node, std::string_view key, json::View value, std::size_t index, std::uint64_t& present,
                    Marks* marks) {
    const ObjectRules& rules = *node.object;
    bool ok = true, evaluated = false;
    if (rules.property_names != nullptr) ok = check(*rules.property_names, key, nullptr);
    if (!ok && report_.full()) return false;
    if (const std::uint32_t number = rules.names.find(key); number != NameTable::kNone) {
      const ObjectRules::Property& property = rules.properties[number];
      present |= property.required;
      if (property.node != nullptr) {
        evaluated = true;
        ok = check(*property.node, value, nullptr) && ok;
      }
    }
    for (const auto& [pattern, child] : rules.patterns) {
      if (!ok && report_.full()) return false;
      if (!pattern->found_in(key)) continue;
      evaluated = true;
      ok = check(*child, value, nullptr) && ok;
    }
    if (!evaluated && rules.additional != nullptr) {
      evaluated = true;
      if (rules.additional->never) {
        failed(ok, node, "additionalProperties", key, rules);
      } else {
        ok = check(*rules.additional, value, nullptr) && ok;
      }
    }
    if (evaluated && marks != nullptr) marks->add(index);
    return ok;
  }

  template <class Value>
  bool check_value(const Node& node, Value value, Marks* marks) {
    const ValueRules& rules = *node.value;
    const Deeper deeper(depth_);
    bool ok = true;
    if (depth_ > kMaxDepth) return too_deep(node);
    if (rules.constant && !same(value, *rules.constant) && failed(ok, node, "const", value, *rules.constant))
      return false;
    if (rules.has_enumeration && !listed(rules, value) && failed(ok, node, "enum", value, rules.all_values))
      return false;
    for (const Node* each : rules.all) {
      if (!check(*each, value, marks)) ok = false;
      if (!ok && report_.full()) return false;
    }
    if (rules.dynamic) {
      if (!check(dynamic_target(*rules.dynamic), value, marks)) ok = false;
      if (!ok && report_.full()) return false;
    }
    if (!rules.any.empty() && !check_any(node, value, marks)) ok = false;
    if (!ok && report_.full()) return false;
    if (!rules.one.empty() && !check_one(node, value, marks)) ok = false;
    if (!ok && report_.full()) return false;
    if (rules.negated != nullptr && quietly([&] { return check(*rules.negated, value, nullptr); }) &&
        failed(ok, node, "not"))
      return false;
    if (rules.condition != nullptr && !check_condition(rules, value, marks)) ok = false;
    return ok;
  }

  /// The outermost resource in the dynamic scope that has the anchor (core, section 8.2.3.2).
  const Node& dynamic_target(const ValueRules::Dynamic& dynamic) const {
    const Node* target = dynamic.otherwise;
    for (const Scope* scope = scope_; scope != nullptr; scope = scope->outer) {
      const auto found = dynamic.targets.find(scope->resource);
      if (found != dynamic.targets.end()) target = found->second;
    }
    return *target;
  }

  /// A branch that may fail without failing the whole; its marks count only when it holds.
  template <class Value>
  bool holds(const Node& node, Value value, Marks* marks) {
    if (marks == nullptr) return check(node, value, nullptr);
    Marks own(marks->count());
    if (!check(node, value, &own)) return false;
    marks->add_all(own);
    return true;
  }

  template <class Check>
  bool quietly(Check check) {
    [[maybe_unused]] const auto muted = report_.mute();
    return check();
  }

  template <class Value>
  bool check_any(const Node& node, Value value, Marks* marks) {
    bool any = false;
    for (const Node* branch : node.value->any) {
      if (quietly([&] { return holds(*branch, value, marks); })) any = true;
      if (any && marks == nullptr) return true;
    }
    if (any) return true;
    explain_branches(node, "anyOf", node.value->any, value);
    return false;
  }

  template <class Value>
  bool check_one(const Node& node, Value value, Marks* marks) {
    std::size_t matching = 0;
    for (const Node* branch : node.value->one) {
      if (quietly([&] { return holds(*branch, value, marks); })) ++matching;
      if (matching > 1) break;
    }
    if (matching == 1) return true;
    bool ok = true;
    if (matching > 1) {
      failed(ok, node, "oneOf", matching);
      return false;
    }
    explain_branches(node, "oneOf", node.value->one, value);
    return false;
  }

  /// None holds: says so, and why the branch that came furthest does not.
  template <class Value>
  void explain_branches(const Node& node, const char* keyword, const std::vector<const Node*>& branches, Value value) {
    bool ok = true;
    if (failed(ok, node, keyword, std::size_t{0})) return;
    report_.nearest(branches, [&](const Node& branch) { check(branch, value, nullptr); });
  }

  template <class Value>
  bool check_condition(const ValueRules& rules, Value value, Marks* marks) {
    const bool met = quietly([&] { return holds(*rules.condition, value, marks); });
    const Node* next = met ? rules.consequence : rules.alternative;
    return next == nullptr || check(*next, value, marks);
  }

  bool check_unevaluated(const Node&, std::string_view, Marks&) { return true; }

  bool check_unevaluated(const Node& node, json::View value, Marks& marks) {
    const Node* rest = value.is_object()  ? node.value->unevaluated_properties
                       : value.is_array() ? node.value->unevaluated_items
                                          : nullptr;
    if (rest == nullptr) return true;
    const Trail* const here = trail_;
    Trail at{here, {}, 0, value.is_array()};
    trail_ = &at;
    bool ok = true;
    const auto one = [&](json::View item) {
      if (marks.has(at.index)) return true;
      marks.add(at.index);
      if (rest->never) {
        failed(ok, node, value.is_object() ? "unevaluatedProperties" : "unevaluatedItems", at);
      } else if (!check(*rest, item, nullptr)) {
        ok = false;
      }
      return ok || !report_.full();
    };
    if (value.is_object()) {
      for (const auto field : json::object(value)) {
        at.key = field.key;
        if (!one(field.value)) break;
        ++at.index;
      }
    } else {
      for (const json::View item : json::array(value)) {
        if (!one(item)) break;
        ++at.index;
      }
    }
    trail_ = here;
    return ok;
  }

  const Program& program_;
  Report& report_;
  const Trail* trail_ = nullptr;
  const Scope* scope_ = nullptr;
  unsigned depth_ = 0;
};

}  // namespace polygate::schema

#include "gateway/schema/compiler.h"

#include <algorithm>

#include "gateway/base/ids.h"
#include "gateway/schema/keyword_reader.h"

namespace polygate::schema {
namespace {

constexpr int kMaxChain = 100;  // references that only lead to references

/// Keywords that may stand beside a `$ref` without making it more than that.
bool says_nothing(std::string_view keyword) {
  static constexpr std::string_view kQuiet[] = {"$ref",        "$schema",   "$comment",   "$defs",
                                                "definitions", "title",     "examples",   "deprecated",
                                                "readOnly",    "writeOnly", "description"};
  return std::find(std::begin(kQuiet), std::end(kQuiet), keyword) != std::end(kQuiet) || keyword.starts_with("x-");
}

/// The schemas that `node` applies to the same value.
std::vector<const Node*> in_place(const Node& node) {
  std::vector<const Node*> out;
  if (node.object != nullptr) {
    for (const auto& dependent : node.object->dependent_schemas) out.push_back(dependent.node);
  }
  if (node.value == nullptr) return out;
  const ValueRules& rules = *node.value;
  for (const auto* list : {&rules.all, &rules.any, &rules.one}) out.insert(out.end(), list->begin(), list->end());
  for (const Node* one : {rules.negated, rules.condition, rules.consequence, rules.alternative}) {
    if (one != nullptr) out.push_back(one);
  }
  return out;
}

}  // namespace

std::shared_ptr<const Program> Compiler::run(const Location& root) {
  const std::size_t before = problems_.count();
  program_->seed = random_u64();
  program_->root = node(root);
  drain();
  bind_dynamic_references();
  refuse_loops();
  std::unordered_set<const Source*> sources;
  for (const Location& place : places_) {
    if (sources.insert(place.source.get()).second) program_->sources.push_back(place.source);
  }
  return problems_.count() > before ? nullptr : program_;
}

const Node* Compiler::node(const Location& start) {
  Location location = start;
  for (int i = 0; i < kMaxChain; ++i) {
    auto next = lone_reference(location);
    if (!next) break;
    location = std::move(*next);
  }
  const std::string key = location.source->uri + '#' + location.pointer;
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  if (location.source->broken) {
    problems_.add(location.source->name, "has problems, so that nothing can refer to it");
  }
  Node& made = program_->nodes.emplace_back();
  made.location = location.source->name + '#' + location.pointer;
  made.resource = location.resource().number;
  known_[key] = &made;
  places_.push_back(location);
  resources_.insert({made.resource, location});
  pending_.push_back({&made, location});
  return &made;
}

const Node* Compiler::node_at(const Location& parent, const std::string& pointer, json::View value) {
  return node({parent.source, pointer, value, {}});
}

/// Where a schema leads that is nothing but a `$ref`.
std::optional<Location> Compiler::lone_reference(const Location& location) {
  const auto text = json::find(location.value, "$ref");
  if (!text || !text->is_string()) return std::nullopt;
  if (location.resource().dialect.draft != Draft::draft7) {
    for (const auto [key, value] : json::object(location.value)) {
      if (!says_nothing(key)) return std::nullopt;
    }
  }
  auto target = sources_.resolve(*location.source, location.pointer, json::string(*text), problems_);
  if (!target) return std::nullopt;  // told when the node is filled
  return std::move(*target);
}

const Node* Compiler::reference(const Location& location, std::string_view keyword, std::string_view text) {
  const auto target = sources_.resolve(*location.source, location.pointer, text, problems_);
  if (target) return node(*target);
  problems_.add(*location.source, child(location.pointer, keyword), target.failure().message);
  return nullptr;
}

void Compiler::drain() {
  while (!pending_.empty()) {
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    KeywordReader(*this, *next.node, next.location).run();
  }
}

void Compiler::bind_dynamic_references() {
  // Compiling a target can enter further resources that have the anchor too, and make further dynamic references.
  for (std::size_t bound = 0; bound != resources_.size() + dynamic_.size();) {
    bound = resources_.size() + dynamic_.size();
    const auto resources = resources_;
    const auto references = dynamic_;
    for (const DynamicReference& reference : references) {
      for (const auto& [number, inside] : resources) {
        const Resource& resource = inside.resource();
        const auto anchor = resource.dynamic_anchors.find(reference.anchor);
        if (anchor == resource.dynamic_anchors.end()) continue;
        const auto value = inside.source->at(anchor->second);
        if (value) reference.rules->dynamic->targets[number] = node({inside.source, anchor->second, *value, {}});
      }
    }
    drain();
  }
  for (const DynamicReference& reference : dynamic_) {
    ValueRules& rules = *reference.rules;
    const Node* otherwise = rules.dynamic->otherwise;
    const auto elsewhere = [&](const auto& target) { return target.second != otherwise; };
    if (std::any_of(rules.dynamic->targets.begin(), rules.dynamic->targets.end(), elsewhere)) {
      program_->dynamic = true;
    } else {
      rules.all.push_back(otherwise);
      rules.dynamic.reset();
    }
  }
}

/// A schema that applies itself to the same value would never end.
void Compiler::refuse_loops() {
  enum class State { fresh, open, done };
  std::unordered_map<const Node*, State> states;
  struct Step {
    const Node* node;
    std::vector<const Node*> next;
  };
  for (std::size_t i = 0; i < program_->nodes.size(); ++i) {
    const Node& start = program_->nodes[i];
    if (states[&start] != State::fresh) continue;
    std::vector<Step> path;
    path.push_back({&start, in_place(start)});
    states[&start] = State::open;
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next.empty()) {
        states[step.node] = State::done;
        path.pop_back();
        continue;
      }
      const Node* next = step.next.back();
      step.next.pop_back();
      if (states[next] == State::open) {
        problems_.add(*places_[i].source, places_[i].pointer,
                      "an endless loop of references: " + next->location + " applies itself to the same value");
      } else if (states[next] == State::fresh) {
        states[next] = State::open;
        path.push_back({next, in_place(*next)});
      }
    }
  }
}

}  // namespace polygate::schema

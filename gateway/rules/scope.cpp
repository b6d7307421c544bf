#include "gateway/rules/scope.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "gateway/base/date.h"
#include "gateway/base/ids.h"
#include "gateway/rules/problems.h"
#include "gateway/rules/render.h"

namespace polygate::rules {
namespace {

using Segments = std::span<const std::string>;

std::optional<std::size_t> as_index(const std::string& segment) {
  std::size_t index = 0;
  const char* end = segment.data() + segment.size();
  const auto [at, error] = std::from_chars(segment.data(), end, index);
  if (error != std::errc() || at != end) return std::nullopt;
  return index;
}

Value walk(json::View view, Segments segments) {
  for (const std::string& segment : segments) {
    if (view.is_object()) {
      const auto next = json::find(view, segment);
      if (!next) return {};
      view = *next;
      continue;
    }
    const auto index = as_index(segment);
    if (!view.is_array() || !index || view.at(*index).get(view)) return {};
  }
  return Value::of(view);
}

Value walk(const Json& root, Segments segments) {
  const Json* tree = &root;
  for (const std::string& segment : segments) {
    if (tree->is_object()) {
      const auto next = tree->find(segment);
      if (next == tree->end()) return {};
      tree = &*next;
      continue;
    }
    const auto index = as_index(segment);
    if (!tree->is_array() || !index || *index >= tree->size()) return {};
    tree = &(*tree)[*index];
  }
  return Value::of(*tree);
}

Value walk(const Value& value, Segments segments) {
  if (segments.empty()) return value;
  if (value.kind == Value::Kind::view) return walk(value.view, segments);
  if (value.kind == Value::Kind::tree) return walk(*value.tree, segments);
  return {};
}

void append_number(std::string& out, double number) {
  if (number == std::floor(number) && std::fabs(number) < 9e15) {
    out += std::to_string(static_cast<std::int64_t>(number));
    return;
  }
  char text[40];
  const auto [end, error] = std::to_chars(std::begin(text), std::end(text), number);
  if (error == std::errc()) out.append(text, end);
}

std::string dump(const Json& tree) {
  return tree.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

const Json& Subject::auth() const {
  static const Json kNothing = Json::object();
  return kNothing;
}

bool Value::is_list() const {
  return (kind == Kind::view && view.is_array()) || (kind == Kind::tree && tree->is_array());
}

bool Value::is_scalar() const {
  if (kind == Kind::view) return !view.is_array() && !view.is_object();
  return kind == Kind::tree ? !tree->is_structured() : kind != Kind::absent;
}

bool Value::is_typed() const {
  const bool is_text =
      kind == Kind::text || (kind == Kind::view && view.is_string()) || (kind == Kind::tree && tree->is_string());
  return is_scalar() && !is_text;
}

std::vector<Value> Value::items() const {
  std::vector<Value> items;
  if (kind == Kind::view && view.is_array()) {
    for (const json::View item : json::array(view)) items.push_back(of(item));
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(skip));
  }
  if (kind == Kind::tree && tree->is_array()) {
    for (const Json& item : *tree) items.push_back(of(item));
  }
  return items;
}

void Value::append_json(std::string& out) const {
  switch (kind) {
    case Kind::absent:
      out += "null";
      return;
    case Kind::view:
      if (skip == 0) return json::append(out, view);
      out += '[';
      for (const Value& item : items()) {
        if (out.back() != '[') out += ',';
        item.append_json(out);
      }
      out += ']';
      return;
    case Kind::tree:
      out += dump(*tree);
      return;
    case Kind::text:
      json::append_string(out, text);
      return;
    case Kind::number:
      append_number(out, number);
      return;
  }
}

void Value::append_text(std::string& out) const {
  switch (kind) {
    case Kind::absent:
      return;
    case Kind::view:
      if (view.is_string()) {
        out += json::string(view);
      } else {
        append_json(out);
      }
      return;
    case Kind::tree:
      out += tree->is_string() ? tree->get_ref<const std::string&>() : dump(*tree);
      return;
    case Kind::text:
      out += text;
      return;
    case Kind::number:
      append_number(out, number);
      return;
  }
}

Value Scope::find(const profile::Path& path) {
  const Value given = find_given(path);
  if (given.kind != Value::Kind::absent || !path.fallback || path.fallback->is_discarded()) return given;
  return has_root(path.root) ? Value::of(*path.fallback) : given;
}

/// Is there what paths of this root name a part of? Of those that a definition may speak of.
bool Scope::has_root(profile::Root root) const {
  if (root == profile::Root::data) return message != nullptr && message->is_read();
  if (root == profile::Root::result) return result != nullptr;
  return root != profile::Root::each || each != nullptr;
}

Value Scope::find_given(const profile::Path& path) {
  const Segments segments(path.segments);
  switch (path.root) {
    case profile::Root::data:
      if (!message) return {};
      if (profile->dialect->traits().json) return message->is_read() ? walk(message->data, segments) : Value{};
      return segments.empty() ? Value::of(message->data_bytes) : Value{};
    case profile::Root::args:
      return find_argument(segments);
    case profile::Root::auth:
      return walk(me->auth(), segments);
    case profile::Root::event:
      return segments.empty() ? Value::of(event) : Value{};
    case profile::Root::me:
      return find_me(path);
    case profile::Root::name:
      return topic_name.empty() ? Value{} : Value::of(std::string_view(topic_name));
    case profile::Root::path:
    case profile::Root::query:
    case profile::Root::header: {
      if (segments.size() != 1) return {};
      const auto found = me->parameter(path.root, segments[0]);
      return found ? Value::of(*found) : Value{};
    }
    case profile::Root::settings:
      return path.key ? look_up(path) : walk(profile->settings, segments);
    case profile::Root::found:
      return found ? walk(*found, segments) : Value{};
    case profile::Root::result:
      misses_result_ = misses_result_ || result == nullptr;
      return result ? walk(*result, segments) : Value{};
    case profile::Root::kept:
      return kept ? walk(*kept, segments) : Value{};
    case profile::Root::failure:
      if (failure == nullptr) return {};
      return Value::of(failure->name.empty() ? name(failure->reason) : std::string_view(failure->name));
    case profile::Root::message:
      return failure ? Value::of(std::string_view(failure->message)) : Value{};
    case profile::Root::code:
      return failure && !failure->code.empty() ? Value::of(std::string_view(failure->code)) : Value{};
    case profile::Root::problem:
      return problems().empty() ? Value{} : walk(problems().front(), segments);
    case profile::Root::problems:
      return walk(problems(), segments);
    case profile::Root::each:
      return each ? walk(*each, segments) : Value{};
    case profile::Root::now:
      return Value::of_number(std::round(now() * 1000) / 1000);
    case profile::Root::date:
      return Value::of(std::string_view(texts_.emplace_back(format_date(now()))));
    case profile::Root::new_id:
      if (new_id_.empty()) new_id_ = random_id();
      return Value::of(std::string_view(new_id_));
    case profile::Root::next:
      return segments.size() == 1 ? next(segments[0]) : Value{};
  }
  return {};
}

double Scope::now() {
  if (!now_) now_ = clock->unix_seconds();
  return *now_;
}

Value Scope::next(const std::string& counter) {
  for (const auto& [name, number] : numbers_) {
    if (name == counter) return Value::of_number(static_cast<double>(number));
  }
  const auto found = profile->counters.find(counter);
  if (found == profile->counters.end()) return {};
  const std::uint64_t number = found->second->next();
  numbers_.emplace_back(found->first, number);
  return Value::of_number(static_cast<double>(number));
}

/// What the setting has under the key, else under `*`.
Value Scope::look_up(const profile::Path& path) {
  const Value table = walk(profile->settings, Segments(path.segments));
  if (table.kind != Value::Kind::tree || !table.tree->is_object()) return {};
  auto found = table.tree->end();
  if (const Value key = find(*path.key); key.is_scalar()) {
    std::string name;
    key.append_text(name);
    found = table.tree->find(name);
  }
  if (found == table.tree->end()) found = table.tree->find("*");
  return found == table.tree->end() ? Value{} : Value::of(*found);
}

/// Looked for when somebody asks: most failures tell no more than their text.
const Json& Scope::problems() {
  if (!problems_) {
    const bool is_of_data = failure != nullptr && failure->reason == Reason::invalid && message && message->is_read();
    problems_ = is_of_data ? problems_of(*profile, event, *message) : Json::array();
  }
  return *problems_;
}

Value Scope::find_argument(std::span<const std::string> segments) const {
  if (!message || !message->is_read()) return {};
  if (!message->has_items) {
    const bool is_first = !segments.empty() && segments[0] == "0" && message->arguments == 1;
    return is_first ? walk(message->data, segments.subspan(1)) : Value{};
  }
  if (segments.empty()) {
    Value all = Value::of(message->items);
    all.skip = 1;
    return all;
  }
  const auto index = as_index(segments[0]);
  json::View argument;
  if (!index || message->items.at(*index + 1).get(argument)) return {};
  return walk(argument, segments.subspan(1));
}

/// Where the sender is, as the rule leaves it: the names, each of the type that it was named with.
Json Scope::memberships(const std::string& family) const {
  std::vector<Topic> topics = me->joined(family);
  const auto has = [](const std::vector<Topic>& list, const Topic& topic) {
    return std::find(list.begin(), list.end(), topic) != list.end();
  };
  if (left != nullptr) std::erase_if(topics, [&](const Topic& topic) { return has(*left, topic); });
  for (const std::vector<Topic>* more : {gained, joined}) {
    if (more == nullptr) continue;
    for (const Topic& topic : *more) {
      if (topic.family() == family && !has(topics, topic)) topics.push_back(topic);
    }
  }
  Json names = Json::array();
  for (const Topic& topic : topics) {
    std::string name = unescape_topic_name(topic.name());
    names.push_back(topic.is_value ? Json::parse(name, nullptr, false) : Json(std::move(name)));
  }
  return names;
}

Value Scope::find_me(const profile::Path& path) {
  if (path.segments.empty()) return {};
  const std::string& first = path.segments[0];
  const Segments rest = Segments(path.segments).subspan(1);
  if (first == "id") return rest.empty() ? Value::of(std::string_view(texts_.emplace_back(me->name()))) : Value{};
  if (first == "user") return user().empty() || !rest.empty() ? Value{} : Value::of(user());
  if (first == "role") return rest.empty() ? Value::of(std::string_view(profile->role_name(role()))) : Value{};
  if (first == "address") return rest.empty() ? Value::of(me->address()) : Value{};
  if (first == "claims") {
    const auth::IdentityPtr& identity = new_identity ? new_identity : me->identity();
    return identity ? walk(identity->claims, rest) : Value{};
  }
  if (first == "joined" || first == "claimed") {
    if (rest.size() != 1) return {};
    return Value::of(kept_.emplace_back(memberships(rest[0])));
  }
  if (new_variables) {
    if (const Value found = walk(*new_variables, Segments(path.segments)); found.kind != Value::Kind::absent)
      return found;
  }
  return me->variables() ? walk(*me->variables(), Segments(path.segments)) : Value{};
}

}  // namespace polygate::rules

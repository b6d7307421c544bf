#include "gateway/profile/check_definitions.h"

#include <algorithm>

#include "gateway/base/json_pointer.h"

namespace polygate::profile {
namespace {

/// "x.ack.args" -> the length of "x".
std::size_t size_without_way(std::string_view name) {
  if (name.ends_with(".args")) name.remove_suffix(5);
  for (const std::string_view way : {".send", ".reply", ".ack"}) {
    if (name.ends_with(way)) return name.size() - way.size();
  }
  return name.size();
}

/// Where the definition of `name` stands, or below it that of a field.
std::string reference(const std::string& name, const std::string* field = nullptr) {
  std::string pointer = "#/$defs";
  json::append_fragment_token(pointer, name);
  if (field == nullptr) return pointer;
  pointer += "/properties";
  json::append_fragment_token(pointer, *field);
  return pointer;
}

}  // namespace

Definitions::Definitions(Profile& profile, const Surroundings& surroundings, Diagnostics& diagnostics,
                         Diagnostics& in_files)
    : profile_(profile),
      library_(surroundings.schemas),
      diagnostics_(diagnostics),
      in_files_(in_files),
      file_((surroundings.schema_folder.empty() ? "" : surroundings.schema_folder + '/') + profile.schema_file) {
  if (library_ == nullptr || profile.schema_file.empty()) return;
  names_ = library_->definitions(profile.schema_file, in_files);
  usable_ = !names_.empty();
  if (!usable_) diagnostics.add(profile.places.schema, "no event definitions could be read from " + file_);
}

Definitions::Definition Definitions::find(const std::string& event, const std::string& way, const Place& place) {
  if (!usable_) return {};
  events_[event] = true;
  const std::string special = event + '.' + way;
  const std::string name = !way.empty() && is_there(special) ? special : event;
  if (!is_there(name)) {
    diagnostics_.add(place, "event `" + event + "` has no definition: " + shown(event) + " is missing",
                     did_you_mean(event, names_));
    return {};
  }
  return {name, compiled(name)};
}

Definitions::Definition Definitions::find_args(const std::string& event, const std::string& way) {
  const std::string special = event + '.' + way + ".args";
  return find_one(event, !way.empty() && is_there(special) ? special : event + ".args");
}

Definitions::Definition Definitions::find_field(const std::string& event, const std::string& field) {
  if (!is_there(event)) return {};
  Diagnostics absent;  // a definition that says it by a reference or not at all
  const std::string name = event + "/properties/" + field;
  auto schema = library_->compile(profile_.schema_file, reference(event, &field), absent);
  return {name, std::move(schema)};
}

Definitions::Definition Definitions::find_named(const std::string& name, const Place& place) {
  if (!usable_) return {};
  if (is_there(name)) return {name, compiled(name)};
  diagnostics_.add(place, "there is no definition " + shown(name), did_you_mean(name, names_));
  return {};
}

Definitions::Definition Definitions::find_ack(const std::string& event, bool args) {
  return find_one(event, event + (args ? ".ack.args" : ".ack"));
}

Definitions::Definition Definitions::find_result(const std::string& handler) {
  const std::string name = handler + ".result";
  return is_there(name) ? Definition{name, compiled(name)} : Definition{};
}

Definitions::Definition Definitions::find_opened(const std::string& what) {
  const std::string name = "opened." + what;
  opened_.insert(name);
  return is_there(name) ? Definition{name, compiled(name)} : Definition{};
}

Definitions::Definition Definitions::find_one(const std::string& event, const std::string& name) {
  if (!is_there(name)) return {};
  events_[event] = true;
  return {name, compiled(name)};
}

bool Definitions::is_there(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

std::shared_ptr<const schema::Schema> Definitions::compiled(const std::string& name) {
  const auto known = profile_.schemas.find(name);
  if (known != profile_.schemas.end()) return known->second;
  auto schema = library_->compile(profile_.schema_file, reference(name), in_files_);
  profile_.schemas.emplace(name, schema);
  return schema;
}

void Definitions::compile_all() {
  all_ = true;
  for (const std::string& name : names_) static_cast<void>(compiled(name));
}

/// Several profiles may share a file: a result of a plugin that this one does not have is another's.
void Definitions::tell_unused_result(const std::string& name, const Place& place) {
  const std::string handler = name.substr(0, name.rfind('.'));
  const auto& plugins = profile_.plugins;
  const bool is_ours = std::find(plugins.begin(), plugins.end(), handler.substr(0, handler.find('.'))) != plugins.end();
  if (events_.contains(name) || profile_.handlers_named.contains(handler) || (!is_ours && !events_.contains(handler)))
    return;
  std::vector<std::string> results;
  for (const std::string& known : profile_.handlers_named) results.push_back(known + ".result");
  const std::string hint = did_you_mean(name, results);
  diagnostics_.add(place, shown(name) + " is for a handler that no rule of this profile names",
                   hint.empty() && !is_ours ? "what a handler says is called plugin.handler.result" : hint);
}

void Definitions::tell_unused(const Place& place) {
  for (const std::string& name : names_) {
    if (name.ends_with(".result")) tell_unused_result(name, place);
    const bool is_of_handshake = name == "opened.path" || name == "opened.query" || name == "opened.auth";
    if (!is_of_handshake || opened_.contains(name) || events_.contains(name)) continue;
    diagnostics_.add(place, shown(name) + " is for what no handshake of this profile brings");
  }
  if (all_) return;
  for (const std::string& name : names_) {
    const std::size_t size = size_without_way(name);
    if (size == name.size() || events_.contains(name) || events_.contains(name.substr(0, size))) continue;
    std::vector<std::string> events;
    for (const auto& [known, used] : events_) events.push_back(known + name.substr(size));
    diagnostics_.add(place, shown(name) + " is for an event that this profile does not have",
                     did_you_mean(name, events));
  }
}

}  // namespace polygate::profile

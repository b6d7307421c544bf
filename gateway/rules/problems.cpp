#include "gateway/rules/problems.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/json_pointer.h"
#include "gateway/rules/checks.h"

namespace polygate::rules {
namespace {

constexpr std::string_view kExpected = "expected ";

/// The names and numbers of a JSON Pointer.
Json steps_of(std::string_view pointer) {
  Json path = Json::array();
  for (std::string& token : json::pointer_tokens(pointer)) {
    if (const auto index = json::pointer_index(token)) {
      path.push_back(*index);
    } else {
      path.push_back(std::move(token));
    }
  }
  return path;
}

Json problem(const schema::Error& error) {
  Json path = steps_of(error.instance);
  std::string pointer = error.instance;
  if (!error.property.empty()) {
    path.push_back(error.property);
    json::append_token(pointer, error.property);
  }
  Json made = {{"pointer", std::move(pointer)},
               {"keyword", error.schema.substr(error.schema.rfind('/') + 1)},
               {"message", error.message}};
  const auto name = std::find_if(path.rbegin(), path.rend(), [](const Json& step) { return step.is_string(); });
  if (name != path.rend()) made["field"] = *name;
  made["path"] = std::move(path);
  const std::string_view said = error.message;
  if (said.starts_with(kExpected)) {
    const std::size_t end = std::min(said.rfind(", found "), said.rfind("; found "));
    made["expected"] = said.substr(kExpected.size(), end == said.npos ? end : end - kExpected.size());
  }
  return made;
}

const schema::Schema* find(const profile::Profile& profile, const std::string& name) {
  const auto known = profile.schemas.find(name);
  return known == profile.schemas.end() ? nullptr : known->second.get();
}

}  // namespace

Json problems_of(const profile::Profile& profile, std::string_view event, const dialect::Event& message) {
  std::vector<schema::Error> errors;
  json::Document arguments;
  if (const schema::Schema* args = find(profile, std::string(event) + ".args"); args != nullptr && message.has_items) {
    if (parse_arguments(profile, message, arguments)) errors = args->errors(arguments.root(), kMostProblems);
  } else if (const schema::Schema* data = find(profile, std::string(event))) {
    errors = data->errors(message.data, kMostProblems);
  }
  return problems_of(errors);
}

Json problems_of(const std::vector<schema::Error>& errors) {
  Json all = Json::array();
  for (const schema::Error& error : errors) all.push_back(problem(error));
  return all;
}

}  // namespace polygate::rules

#include "gateway/app/config_reader.h"

#include "gateway/base/units.h"

namespace polygate::app {

ConfigReader::ConfigReader(const yaml::Node* node, std::string what, const std::vector<std::string>& known,
                           Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (!node_ || node_->is_null()) {
    node_ = nullptr;
  } else if (!node_->is_map()) {
    diagnostics_.add(node_->place(), what_ + " is a mapping, this is " + std::string(node_->kind_name()));
    node_ = nullptr;
  } else {
    yaml::refuse_unknown_keys(*node_, known, what_, diagnostics_);
  }
}

const yaml::Node* ConfigReader::find(std::string_view key) const {
  const yaml::Node* found = node_ ? node_->find(key) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}

void ConfigReader::mismatch(std::string_view key, const yaml::Node& found, std::string_view expected) {
  std::string shown(found.kind_name());
  if (found.is_scalar()) shown += " `" + found.text() + "`";
  diagnostics_.add(found.place(),
                   "`" + std::string(key) + "` of " + what_ + " is " + std::string(expected) + ", this is " + shown);
}

void ConfigReader::text(std::string_view key, std::string& into) {
  const yaml::Node* found = find(key);
  if (!found) return;
  if (!found->is_scalar() || found->text().empty()) return mismatch(key, *found, "text");
  into = found->text();
}

void ConfigReader::flag(std::string_view key, bool& into) {
  const yaml::Node* found = find(key);
  if (!found) return;
  if (found->kind() != yaml::Kind::boolean) return mismatch(key, *found, "true or false");
  into = found->boolean();
}

void ConfigReader::count(std::string_view key, std::size_t& into, std::uint64_t least, std::uint64_t most) {
  const yaml::Node* found = find(key);
  if (!found) return;
  const bool fits = found->kind() == yaml::Kind::integer && found->integer() >= 0 &&
                    static_cast<std::uint64_t>(found->integer()) >= least &&
                    static_cast<std::uint64_t>(found->integer()) <= most;
  if (!fits) {
    return mismatch(key, *found, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  into = static_cast<std::size_t>(found->integer());
}

void ConfigReader::number(std::string_view key, double& into, double least, double most) {
  const yaml::Node* found = find(key);
  if (!found) return;
  const bool is_number = found->kind() == yaml::Kind::integer || found->kind() == yaml::Kind::number;
  if (!is_number || found->number() < least || found->number() > most) {
    return mismatch(key, *found,
                    "a number from " + std::to_string(static_cast<std::int64_t>(least)) + " to " +
                        std::to_string(static_cast<std::int64_t>(most)));
  }
  into = found->number();
}

void ConfigReader::duration(std::string_view key, Millis& into, Millis least) {
  const yaml::Node* found = find(key);
  if (!found) return;
  const auto length = found->is_scalar() ? parse_duration(found->text()) : std::nullopt;
  if (!length) return mismatch(key, *found, "a duration such as 30s");
  if (*length < least) return mismatch(key, *found, "at least " + format_duration(least));
  into = *length;
}

void ConfigReader::words(std::string_view key, std::vector<std::string>& into) {
  const yaml::Node* found = find(key);
  if (!found) return;
  into.clear();
  if (found->is_scalar()) {
    into.push_back(found->text());
    return;
  }
  if (!found->is_list()) return mismatch(key, *found, "text or a list of texts");
  for (const yaml::Node& item : found->items()) {
    if (item.is_scalar() && !item.is_null()) {
      into.push_back(item.text());
    } else {
      mismatch(key, item, "a list of texts");
    }
  }
}

std::optional<std::size_t> ConfigReader::choice(std::string_view key, const std::vector<std::string>& choices) {
  const yaml::Node* found = find(key);
  if (!found) return std::nullopt;
  std::string all;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (found->is_scalar() && found->text() == choices[i]) return i;
    all += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  }
  mismatch(key, *found, all);
  return std::nullopt;
}

void ConfigReader::each(std::string_view key, const std::function<void(const yaml::Node::Entry&)>& visit) {
  const yaml::Node* found = find(key);
  if (!found) return;
  if (!found->is_map()) return mismatch(key, *found, "a mapping of names");
  for (const yaml::Node::Entry& entry : found->entries()) visit(entry);
}

}  // namespace polygate::app

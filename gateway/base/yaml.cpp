#include "gateway/base/yaml.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "gateway/base/units.h"

namespace polygate::yaml {

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string_view Node::kind_name() const {
  switch (kind_) {
    case Kind::null:
      return "nothing";
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
      return "an integer";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a mapping";
  }
  return "nothing";
}

Json Node::to_json() const {
  switch (kind_) {
    case Kind::null:
      return nullptr;
    case Kind::boolean:
      return boolean_;
    case Kind::integer:
      return integer_;
    case Kind::number:
      return number_;
    case Kind::string:
      return text_;
    case Kind::list: {
      Json list = Json::array();
      for (const Node& item : items_) list.push_back(item.to_json());
      return list;
    }
    case Kind::map: {
      Json map = Json::object();
      for (const Entry& entry : entries_) map[entry.key] = entry.value.to_json();
      return map;
    }
  }
  return nullptr;
}

std::optional<Node> read_file(const std::filesystem::path& path, const std::string& shown_as, Diagnostics& diagnostics,
                              const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    diagnostics.add({shown_as}, why);
    return std::nullopt;
  };
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return refuse("cannot be read: " + error.message());
  if (!std::filesystem::is_regular_file(status)) return refuse("is not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) return refuse("cannot be read: " + error.message());
  if (size > limits.max_bytes) {
    return refuse("a file of " + format_size(size) + ", at most " + format_size(limits.max_bytes) + " are read");
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  // One byte more than it may have, lest it grew since: read() then says so.
  std::string text(size + 1, '\0');
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream && !stream.eof()) return refuse(std::string("cannot be read: ") + std::strerror(errno));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return read(text, shown_as, diagnostics, limits);
}

void refuse_unknown_keys(const Node& map, const std::vector<std::string>& known, std::string_view what,
                         Diagnostics& diagnostics, const std::vector<std::string>& told) {
  const auto has = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const Node::Entry& entry : map.entries()) {
    if (has(known, entry.key) || has(told, entry.key)) continue;
    std::string hint = did_you_mean(entry.key, known);
    if (hint.empty()) {
      for (const std::string& key : known) hint += (hint.empty() ? "known are " : ", ") + key;
    }
    diagnostics.add(entry.key_place, "unknown key `" + shown(entry.key) + "` in " + std::string(what), std::move(hint));
  }
}

}  // namespace polygate::yaml

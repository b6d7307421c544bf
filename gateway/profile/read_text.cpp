#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include "gateway/profile/read.h"

namespace polygate::profile {
namespace {

constexpr std::array<std::pair<std::string_view, Root>, 23> kRoots{
    {{"data", Root::data},       {"args", Root::args},         {"event", Root::event},     {"me", Root::me},
     {"name", Root::name},       {"path", Root::path},         {"query", Root::query},     {"header", Root::header},
     {"auth", Root::auth},       {"settings", Root::settings}, {"result", Root::result},   {"failure", Root::failure},
     {"message", Root::message}, {"code", Root::code},         {"problem", Root::problem}, {"problems", Root::problems},
     {"each", Root::each},       {"now", Root::now},           {"date", Root::date},       {"new_id", Root::new_id},
     {"next", Root::next},       {"kept", Root::kept},         {"found", Root::found}}};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// How far the path that starts at `from` (behind the dollar sign) reaches. Dots and dashes belong to it only before
/// another letter, digit or `_`, so that `Hello $me.user.` ends with a full stop.
std::size_t path_end(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size()) {
    const bool joins = text[end] == '.' || text[end] == '-';
    const bool belongs = is_word(text[end]) || (joins && end > from && end + 1 < text.size() && is_word(text[end + 1]));
    if (!belongs) break;
    ++end;
  }
  return end;
}

/// The place of `length` bytes at `offset` of a scalar. A quoted scalar is two characters longer than its text; one
/// that was folded or escaped does not show where its parts are, and stays whole.
Place inside(const Place& scalar, std::size_t scalar_size, std::size_t offset, std::size_t length) {
  const auto size = static_cast<int>(scalar_size);
  Place place = scalar;
  if (scalar.length != 0 && scalar.length != size && scalar.length != size + 2) return place;
  place.column += static_cast<int>(offset) + (scalar.length == size + 2 ? 1 : 0);
  place.length = static_cast<int>(length);
  return place;
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t dot = std::min(path.find('.', at), path.size());
    segments.emplace_back(path.substr(at, dot - at));
    at = dot + 1;
  }
  return segments;
}

/// Roots that are one value: `$now.x` means nothing.
bool is_single(Root root) {
  return root == Root::event || root == Root::name || root == Root::failure || root == Root::message ||
         root == Root::code || root == Root::now || root == Root::date || root == Root::new_id;
}

/// Roots that mean nothing without a name behind them.
bool needs_name(Root root) {
  return root == Root::me || root == Root::path || root == Root::query || root == Root::header || root == Root::next;
}

/// Roots of what some definition may speak of.
bool has_definition(Root root) {
  return root == Root::data || root == Root::each || root == Root::auth || root == Root::query || root == Root::result;
}

std::optional<Path> parse_path(std::string_view text, const Place& place, Diagnostics& diagnostics) {
  std::vector<std::string> segments = split(text);
  const auto root = root_named(segments[0]);
  if (!root) {
    std::vector<std::string> known;
    known.reserve(std::size(kRoots));
    for (const auto& [name, value] : kRoots) known.push_back('$' + std::string(name));
    diagnostics.add(place,
                    "unknown path `$" + std::string(text) + "`: a path starts with $data, $me or another known root",
                    did_you_mean('$' + segments[0], known));
    return std::nullopt;
  }
  segments.erase(segments.begin());
  if (is_single(*root) && !segments.empty()) {
    diagnostics.add(
        place, "`$" + std::string(root_name(*root)) + "` is one value, `$" + std::string(text) + "` names nothing");
    return std::nullopt;
  }
  if (needs_name(*root) && segments.empty()) {
    diagnostics.add(place,
                    "`$" + std::string(text) + "` needs a name behind it, such as `$" + std::string(text) + ".id`");
    return std::nullopt;
  }
  Path path{*root, std::move(segments), place};
  if (has_definition(*root)) path.fallback = std::make_shared<Json>(Json::value_t::discarded);
  return path;
}

/// The key of a look-up in `table`, whose parenthesis stands at `open`. Returns where what could be read ends.
std::size_t parse_key(const std::string& text, std::size_t open, const Place& scalar, Path& table,
                      Diagnostics& diagnostics) {
  const bool is_path = text.compare(open, 2, "($") == 0;
  const std::size_t end = is_path ? path_end(text, open + 2) : open + 1;
  const auto here = [&](std::size_t length) { return inside(scalar, text.size(), open, length); };
  if (!is_path || end == open + 2 || end == text.size() || text[end] != ')' || table.segments.empty()) {
    const std::string shown = table.segments.empty() ? "$settings.tags" : table.text();
    diagnostics.add(here(end - open),
                    "a look-up is a setting and one `$path` in parentheses, such as `" + shown + "($data.tag)`",
                    "as plain text, put a blank before the parenthesis");
    return end;
  }
  const Place place = inside(scalar, text.size(), open + 1, end - open - 1);
  if (auto key = parse_path(std::string_view(text).substr(open + 2, end - open - 2), place, diagnostics)) {
    table.key = std::make_shared<const Path>(std::move(*key));
  }
  if (end + 2 < text.size() && text[end + 1] == '.' && is_word(text[end + 2])) {
    diagnostics.add(here(end + 3 - open), "a look-up goes one level deep: nothing follows its parenthesis",
                    "let the setting hold what is meant, one look-up each");
  }
  return end + 1;
}

}  // namespace

std::string_view root_name(Root root) {
  for (const auto& [name, value] : kRoots) {
    if (value == root) return name;
  }
  return "data";
}

std::optional<Root> root_named(std::string_view name) {
  for (const auto& [known, value] : kRoots) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::string Path::text() const {
  std::string out = '$' + std::string(root_name(root));
  for (const std::string& segment : segments) out += '.' + segment;
  if (key) out += '(' + key->text() + ')';
  return out;
}

Text parse_text(const std::string& text, const Place& place, Diagnostics& diagnostics) {
  Text out;
  out.place = place;
  Text::Part part;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      part.literal += text[at++];
      continue;
    }
    if (at + 1 < text.size() && text[at + 1] == '$') {
      part.literal += '$';
      at += 2;
      continue;
    }
    std::size_t end = path_end(text, at + 1);
    const Place here = inside(place, text.size(), at, std::max<std::size_t>(end - at, 1));
    if (end == at + 1) {
      diagnostics.add(here, "a dollar sign starts a path, none follows", "write `$$` for a dollar sign");
    } else if (auto path = parse_path(std::string_view(text).substr(at + 1, end - at - 1), here, diagnostics)) {
      if (path->root == Root::settings && end < text.size() && text[end] == '(') {
        end = parse_key(text, end, place, *path, diagnostics);
      }
      part.has_path = true;
      part.path = std::move(*path);
      out.parts.push_back(std::move(part));
      part = {};
    }
    at = end;
  }
  if (!part.literal.empty()) out.parts.push_back(std::move(part));
  return out;
}

}  // namespace polygate::profile

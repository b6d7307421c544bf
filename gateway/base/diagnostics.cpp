#include "gateway/base/diagnostics.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "gateway/base/json.h"
#include "gateway/base/passwords.h"
#include "gateway/base/utf8.h"

namespace polygate {
namespace {

std::string_view line_of(std::string_view text, int line) {
  std::size_t at = 0;
  for (int i = 1; i < line; ++i) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return {};
    ++at;
  }
  std::string_view found = text.substr(at, text.find('\n', at) - at);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

int word_length(std::string_view line, std::size_t from) {
  std::size_t end = from;
  while (end < line.size() && line[end] != ' ' && line[end] != ',' && line[end] != ':' && line[end] != '}' &&
         line[end] != ']') {
    ++end;
  }
  return static_cast<int>(std::max<std::size_t>(end - from, 1));
}

/// The source line as a terminal may show it, a character for a character so that the caret stays below its place.
std::string visible(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const CodePoint point = code_point_at(line, i);
    if (point.length == 0 || (is_unprintable(point.value) && point.value != '\t')) {
      out += '?';
    } else {
      out += line.substr(i, point.length);
    }
    i += std::max<std::size_t>(point.length, 1);
  }
  return out;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) i += std::max<std::size_t>(code_point_at(text, i).length, 1);
  return count;
}

/// Edit distance with transpositions, as far as `limit`.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

void Diagnostics::add(Place place, std::string message, std::string hint) {
  items_.push_back({std::move(place), without_passwords(std::move(message)), std::move(hint)});
}

void Diagnostics::add_passing(Place place, std::string message) {
  items_.push_back({std::move(place), without_passwords(std::move(message)), {}, true});
}

bool Diagnostics::may_pass() const {
  return !empty() && std::all_of(items_.begin(), items_.end(), [](const Diagnostic& item) { return item.may_pass; });
}

void Diagnostics::source(std::string file, std::string text) {
  for (Source& known : sources_) {
    if (known.file == file) {
      known.text = without_passwords(std::move(text));
      return;
    }
  }
  sources_.push_back({std::move(file), without_passwords(std::move(text))});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> items = items_;
  std::stable_sort(items.begin(), items.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) < std::tie(b.place.file, b.place.line, b.place.column);
  });
  return items;
}

std::string Diagnostics::text() const {
  std::string out;
  for (const Diagnostic& item : sorted()) {
    const Place& at = item.place;
    out += at.file;
    if (at.line > 0) out += ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
    out += ": " + item.message + '\n';
    std::string_view line;
    for (const Source& source : sources_) {
      if (source.file == at.file && at.line > 0) line = line_of(source.text, at.line);
    }
    const auto column = static_cast<std::size_t>(std::max(at.column - 1, 0));
    if (line.empty() || column > line.size() || line.size() > 300) {
      if (!item.hint.empty()) out += "    " + item.hint + '\n';
      continue;
    }
    const int length =
        at.length > 0 ? std::min(at.length, static_cast<int>(line.size() - column) + 1) : word_length(line, column);
    const std::string_view before = line.substr(0, column);
    const std::size_t tabs = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\t'));
    const std::size_t marked = characters(line.substr(column, static_cast<std::size_t>(length)));
    out += "    " + visible(line) + "\n    ";
    out += std::string(tabs, '\t') + std::string(characters(before) - tabs, ' ');
    out += '^' + std::string(std::max<std::size_t>(marked, 1) - 1, '~');
    if (!item.hint.empty()) out += "  " + item.hint;
    out += '\n';
  }
  return out;
}

std::string Diagnostics::json() const {
  Json list = Json::array();
  for (const Diagnostic& item : sorted()) {
    list.push_back({{"file", item.place.file},
                    {"line", item.place.line},
                    {"column", item.place.column},
                    {"message", item.message},
                    {"hint", item.hint}});
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string shown(std::string_view text) {
  std::string out;
  append_escaped(out, utf8_prefix(text, 64));
  if (text.size() > 64) out += "...";
  return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > 100) return {};
  std::size_t best = word.size() / 3 + 2;  // a third of the letters wrong, and one more for short words
  std::string nearest;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 100) continue;
    const std::size_t away = distance(word, candidate);
    if (away < best) {
      best = away;
      nearest = candidate;
    }
  }
  return nearest.empty() || nearest == word ? std::string() : "did you mean `" + nearest + "`?";
}

}  // namespace polygate

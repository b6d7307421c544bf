#include "gateway/profile/read_value.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "gateway/base/units.h"

namespace polygate::profile {
namespace {

std::string quoted_list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::optional<std::string> read_word(ReadContext& context, const yaml::Node& node, std::string_view what) {
  if (!node.is_string()) {
    mismatch(context, node, what, "text");
    return std::nullopt;
  }
  if (node.text().empty()) {
    context.problem(node.place(), std::string(what) + " is empty");
    return std::nullopt;
  }
  if (node.text()[0] == '$') {
    context.problem(node.place(), std::string(what) + " is plain text, no `$path` is possible here");
    return std::nullopt;
  }
  return node.text();
}

std::vector<std::string> read_words(ReadContext& context, const yaml::Node& node, std::string_view what) {
  std::vector<std::string> words;
  each_of(node, [&](const yaml::Node& item) {
    if (auto word = read_word(context, item, what)) words.push_back(std::move(*word));
  });
  return words;
}

bool is_name(std::string_view text) {
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0]))) return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; });
}

std::optional<std::string> read_name(ReadContext& context, const yaml::Node& node, std::string_view what) {
  auto word = read_word(context, node, what);
  if (!word) return std::nullopt;
  if (!is_name(*word)) {
    context.problem(node.place(),
                    std::string(what) + " is a letter, then letters, digits, `_` or `-`, this is `" + *word + "`");
    return std::nullopt;
  }
  return word;
}

std::optional<std::size_t> read_choice(ReadContext& context, const yaml::Node& node, std::string_view what,
                                       const std::vector<std::string>& choices) {
  if (!node.is_string()) {
    mismatch(context, node, what, "one of " + quoted_list(choices));
    return std::nullopt;
  }
  const auto found = std::find(choices.begin(), choices.end(), node.text());
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  context.problem(node.place(),
                  std::string(what) + " is one of " + quoted_list(choices) + ", this is `" + node.text() + "`",
                  did_you_mean(node.text(), choices));
  return std::nullopt;
}

std::optional<bool> read_boolean(ReadContext& context, const yaml::Node& node, std::string_view what) {
  if (node.kind() == yaml::Kind::boolean) return node.boolean();
  mismatch(context, node, what, "true or false");
  return std::nullopt;
}

std::optional<Millis> read_duration(ReadContext& context, const yaml::Node& node, std::string_view what) {
  constexpr std::string_view kExpected = "a duration with its unit such as 500ms, 30s or 5m";
  if (!node.is_scalar() || node.is_null()) {
    mismatch(context, node, what, kExpected);
    return std::nullopt;
  }
  if (auto duration = parse_duration(node.text())) return duration;
  const bool bare_number = node.kind() == yaml::Kind::integer;
  context.problem(node.place(), std::string(what) + " is " + std::string(kExpected) + ", this is `" + node.text() + "`",
                  bare_number ? "did you mean `" + node.text() + "s`?" : "");
  return std::nullopt;
}

std::optional<std::uint64_t> read_size(ReadContext& context, const yaml::Node& node, std::string_view what) {
  constexpr std::string_view kExpected = "a size such as 4096, 64KiB or 1MiB";
  if (!node.is_scalar() || node.is_null()) {
    mismatch(context, node, what, kExpected);
    return std::nullopt;
  }
  if (auto size = parse_size(node.text()); size && *size > 0) return size;
  context.problem(node.place(),
                  std::string(what) + " is " + std::string(kExpected) + ", this is `" + node.text() + "`");
  return std::nullopt;
}

std::optional<std::uint64_t> read_count(ReadContext& context, const yaml::Node& node, std::string_view what,
                                        std::uint64_t least, std::uint64_t most) {
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (node.kind() != yaml::Kind::integer) {
    mismatch(context, node, what, expected);
    return std::nullopt;
  }
  if (node.integer() >= 0) {
    const auto count = static_cast<std::uint64_t>(node.integer());
    if (count >= least && count <= most) return count;
  }
  context.problem(node.place(), std::string(what) + " is " + expected + ", this is " + node.text());
  return std::nullopt;
}

std::optional<Rate> read_how_often(ReadContext& context, const yaml::Node& node, std::string_view what) {
  constexpr std::uint32_t kMost = 100'000;
  constexpr Millis kShortest{1'000};
  constexpr Millis kLongest = std::chrono::hours(24) * 7;
  const std::string& text = node.text();
  const std::size_t slash = text.find('/');
  std::uint32_t count = 0;
  std::optional<Millis> within;
  if (node.is_string() && slash != std::string::npos) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + slash, count);
    if (error != std::errc() || end != text.data() + slash) count = 0;
    within = parse_duration(std::string_view(text).substr(slash + 1));
  }
  if (count >= 1 && count <= kMost && within && *within >= kShortest && *within <= kLongest)
    return Rate{count, *within};
  context.problem(node.place(), std::string(what) + " is such as 10/1m: from 1 to " + std::to_string(kMost) +
                                    " within 1s to 7d, this is " +
                                    (node.is_scalar() ? '`' + text + '`' : std::string(node.kind_name())));
  return std::nullopt;
}

std::optional<RoleIndex> read_role(ReadContext& context, const yaml::Node& node) {
  auto name = read_name(context, node, "a role");
  if (!name) return std::nullopt;
  const std::vector<std::string>& roles = context.profile.roles;
  const auto found = std::find(roles.begin(), roles.end(), *name);
  if (found != roles.end()) return static_cast<RoleIndex>(found - roles.begin());
  context.problem(node.place(),
                  "unknown role `" + *name + "`: no endpoint starts in it and no rule becomes it; known are " +
                      (roles.empty() ? "none" : quoted_list(roles)),
                  did_you_mean(*name, roles));
  return std::nullopt;
}

std::vector<RoleIndex> read_roles(ReadContext& context, const yaml::Node& node) {
  std::vector<RoleIndex> roles;
  if (node.is_list() && node.items().empty()) context.problem(node.place(), "`from` names at least one role");
  each_of(node, [&](const yaml::Node& item) {
    auto role = read_role(context, item);
    if (!role) return;
    if (std::find(roles.begin(), roles.end(), *role) != roles.end()) {
      context.problem(item.place(), "role `" + context.profile.roles[*role] + "` stands here twice");
      return;
    }
    roles.push_back(*role);
  });
  return roles;
}

}  // namespace polygate::profile

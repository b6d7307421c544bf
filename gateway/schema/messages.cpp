#include "gateway/schema/messages.h"

#include <charconv>

#include "gateway/base/diagnostics.h"
#include "gateway/base/json_pointer.h"

namespace polygate::schema {
namespace {

constexpr std::size_t kMaxQuoted = 64;
constexpr std::size_t kMaxPointer = 256;
constexpr std::size_t kMaxListed = 8;

/// The beginning of `text`, not cut inside a character.
std::string_view beginning(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string quoted(std::string_view text) {
  std::string out;
  const std::string_view begin = beginning(text, kMaxQuoted);
  json::append_string(out, begin);
  if (begin.size() < text.size()) out.insert(out.size() - 1, "...");
  return out;
}

std::string brief(std::string_view text) {
  return quoted(text);
}

std::string brief(json::View value) {
  if (value.is_string()) return quoted(json::string(value));
  std::string out;
  if (value.is_object() || value.is_array()) {
    if (count_of(value) > kMaxListed) return value.is_object() ? "an object" : "an array";
    json::append(out, value);
    if (out.size() > kMaxQuoted) return value.is_object() ? "an object" : "an array";
    return out;
  }
  json::append(out, value);
  return out;
}

std::string text_of_number(const Number& number) {
  char text[40];
  const auto end = number.whole && number.integer < 0
                       ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(number.integer))
                   : number.whole ? std::to_chars(text, text + sizeof text, static_cast<std::uint64_t>(number.integer))
                                  : std::to_chars(text, text + sizeof text, number.real);
  return std::string(text, end.ptr);
}

std::string type_names(std::uint8_t types) {
  static constexpr std::string_view kNames[] = {"null", "boolean", "integer", "", "string", "array", "object"};
  std::string out;
  for (unsigned i = 0; i < std::size(kNames); ++i) {
    const bool number = (types & kNumber) == kNumber;
    if ((types >> i & 1) == 0 || i == 3) continue;
    if (!out.empty()) out += " or ";
    out += number && i == 2 ? "number" : kNames[i];
  }
  return out;
}

template <class Found>
std::string unlisted(Found found, const std::vector<json::View>& list) {
  std::string out = "expected ";
  if (list.size() > 1) out += "one of ";
  std::vector<std::string> words;
  for (std::size_t i = 0; i < list.size() && i < kMaxListed; ++i) {
    if (i > 0) out += ", ";
    out += brief(list[i]);
  }
  if (list.size() > kMaxListed) out += ", ...";
  for (const json::View value : list) {
    if (value.is_string()) words.emplace_back(json::string(value));
  }
  out += "; found " + brief(found);
  const std::string hint = type_of(found) == Type::STRING ? did_you_mean(text_of(found), words) : std::string();
  return hint.empty() ? out : out + ", " + hint;
}

std::string plural(std::size_t count, std::string_view noun) {
  if (count == 1) return "1 " + std::string(noun);
  if (noun.ends_with("y")) return std::to_string(count) + ' ' + std::string(noun.substr(0, noun.size() - 1)) + "ies";
  return std::to_string(count) + ' ' + std::string(noun) + 's';
}

}  // namespace

std::string pointer(const Trail* trail) {
  std::vector<const Trail*> steps;
  for (; trail != nullptr; trail = trail->parent) steps.push_back(trail);
  std::string out;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    if (out.size() > kMaxPointer) return std::string(beginning(out, kMaxPointer)) + "...";
    if ((*step)->is_item) {
      out += '/' + std::to_string((*step)->index);
    } else {
      json::append_token(out, beginning((*step)->key, kMaxPointer + 1));
    }
  }
  return out.size() > kMaxPointer ? std::string(beginning(out, kMaxPointer)) + "..." : out;
}

std::string message(const Node&, std::string_view keyword) {
  if (keyword == "uniqueItems") return "two of its items are equal";
  if (keyword == "not") return "matches the schema that it must not match";
  return "no value is allowed here";
}

std::string message(const Node&, std::string_view, TooDeep) {
  return "nested too deep to be checked";
}

std::string message(const Node& node, std::string_view, TypeBits found) {
  const auto name = found == kFraction ? std::string("number") : type_names(found);
  return "expected " + type_names(node.types) + ", found " + name;
}

std::string message(const Node&, std::string_view keyword, const Number& found, const Number& limit) {
  const std::string value = text_of_number(found), bound = text_of_number(limit);
  if (keyword == "multipleOf") return "expected a multiple of " + bound + ", found " + value;
  const std::string relation = keyword == "minimum"            ? "at least "
                               : keyword == "maximum"          ? "at most "
                               : keyword == "exclusiveMinimum" ? "more than "
                                                               : "less than ";
  return "expected " + relation + bound + ", found " + value;
}

std::string message(const Node&, std::string_view keyword, std::size_t found, std::size_t limit) {
  const bool least = keyword.starts_with("min") || keyword == "contains";
  const std::string_view noun = keyword.ends_with("Length")       ? "character"
                                : keyword.ends_with("Properties") ? "property"
                                : keyword.ends_with("Items")      ? "item"
                                                                  : "matching item";
  return std::string("expected ") + (least ? "at least " : "at most ") + plural(limit, noun) + ", found " +
         std::to_string(found);
}

std::string message(const Node& node, std::string_view keyword, std::size_t matching) {
  if (matching > 1) return "matches more than one of the alternatives, of which it must match exactly one";
  const std::size_t count = keyword == "anyOf" ? node.value->any.size() : node.value->one.size();
  return "matches none of " + plural(count, "alternative");
}

std::string message(const Node&, std::string_view, std::string_view name) {
  return "missing property " + quoted(name);
}

std::string message(const Node&, std::string_view keyword, std::string_view found, std::string_view expected) {
  if (keyword == "pattern") return "expected text like " + quoted(expected) + ", found " + quoted(found);
  if (keyword == "format") return "expected " + std::string(expected) + ", found " + quoted(found);
  return "missing property " + quoted(found) + ", which " + quoted(expected) + " asks for";
}

std::string message(const Node&, std::string_view, std::string_view key, const ObjectRules& rules) {
  std::string out = "unknown property " + quoted(key);
  const std::string hint = did_you_mean(key, rules.names.names());
  return hint.empty() ? out : out + ", " + hint;
}

std::string message(const Node&, std::string_view, const Trail& unevaluated) {
  if (unevaluated.is_item) return "one item more than expected";
  return "unknown property " + quoted(unevaluated.key);
}

std::string message(const Node&, std::string_view, json::View found, json::View constant) {
  return "expected " + brief(constant) + ", found " + brief(found);
}

std::string message(const Node&, std::string_view, std::string_view found, json::View constant) {
  return "expected " + brief(constant) + ", found " + brief(found);
}

std::string message(const Node&, std::string_view, json::View found, const std::vector<json::View>& list) {
  return unlisted(found, list);
}

std::string message(const Node&, std::string_view, std::string_view found, const std::vector<json::View>& list) {
  return unlisted(found, list);
}

}  // namespace polygate::schema

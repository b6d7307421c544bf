#include "gateway/store/statement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "gateway/base/utf8.h"

namespace polygate {
namespace {

/// What only some engines know, or know differently, and what to write instead.
struct Foreign {
  std::string_view word;
  std::string_view instead;
};
constexpr std::array kForeign = {
    Foreign{"INTEGER", "BIGINT: integers have 64 bits"},
    Foreign{"INT", "BIGINT: integers have 64 bits"},
    Foreign{"SMALLINT", "BIGINT: integers have 64 bits"},
    Foreign{"SERIAL", "@id"},
    Foreign{"BIGSERIAL", "@id"},
    Foreign{"AUTOINCREMENT", "@id"},
    Foreign{"REAL", "DOUBLE PRECISION"},
    Foreign{"FLOAT", "DOUBLE PRECISION"},
    Foreign{"BLOB", "BYTEA"},
    Foreign{"BOOLEAN", "BIGINT, 0 or 1"},
    Foreign{"GLOB", "LIKE"},
    Foreign{"ILIKE", "LIKE over lower()"},
};

constexpr std::array<std::string_view, 6> kRowVerbs = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "VALUES"};
constexpr std::array<std::string_view, 3> kDefiningVerbs = {"CREATE", "ALTER", "DROP"};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_in_word(char c) {
  return is_word_start(c) || is_digit(c);
}

template <class All, class One>
bool contains(const All& words, const One& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Goes through the text once, from token to token.
class Reader {
 public:
  explicit Reader(std::string_view sql) : sql_(sql) {}

  /// The next statement; nothing at the end of the text.
  Result<std::optional<Statement>> next() {
    made_ = {};
    used_.clear();
    before_.clear();
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (c == ';') {
        ++at_;
        if (made_.text.empty()) continue;
        break;
      }
      if (Result<void> taken = take(c); !taken) return taken.failure();
    }
    if (made_.text.empty()) return std::optional<Statement>();
    while (is_blank(made_.text.back())) made_.text.pop_back();
    if (Result<void> whole = judge(); !whole) return whole.failure();
    return std::optional<Statement>(std::move(made_));
  }

 private:
  static Failure fault(const std::string& message) { return {Reason::internal, message}; }

  Result<void> take(char c) {
    if (is_blank(c)) return blank(at_ + 1);
    if (c == '-' && sql_.substr(at_, 2) == "--") return blank(std::min(sql_.find('\n', at_), sql_.size()));
    if (c == '/' && sql_.substr(at_, 2) == "/*") return comment();
    if (c == '\'' || c == '"') return quoted(c);
    if (c == '$') return parameter();
    if (c == '@') return id();
    if (is_word_start(c)) return word();
    if (is_digit(c)) return number();
    if (c == '?') return fault("`?` is no parameter here, write $1, $2 and so on");
    if (c == ':') return fault("`:` is of no use here: parameters are $1, $2 and so on, casts are CAST(x AS type)");
    if (c == '`' || c == '[')
      return fault(std::string("`") + c + "` is not understood everywhere: quote names with \"");
    if (c == '\0') return fault("the statement holds a NUL");
    return token(1, std::string(1, c));
  }

  /// Appends so many bytes of the text; what they are is looked at by the rules about neighbours.
  Result<void> token(std::size_t length, std::string what) {
    made_.text += sql_.substr(at_, length);
    at_ += length;
    before_.push_back(std::move(what));
    if (before_.size() > 3) before_.erase(before_.begin());
    return {};
  }

  Result<void> blank(std::size_t end) {
    at_ = end;
    if (!made_.text.empty() && !is_blank(made_.text.back())) made_.text += ' ';
    return {};
  }

  Result<void> comment() {
    const std::size_t end = sql_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return fault("a comment /* has no end");
    return blank(end + 2);
  }

  /// A doubled quote is one inside, which reads like two pieces side by side.
  Result<void> quoted(char quote) {
    if (quote == '\'' && at_ > 0 && is_in_word(sql_[at_ - 1])) {
      return fault("text in quotes has no letter before it: give bytes and odd characters as parameters");
    }
    const std::size_t end = sql_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return fault(std::string("a quote ") + quote + " has no end");
    return token(end + 1 - at_, std::string(1, quote));
  }

  Result<void> parameter() {
    std::size_t end = at_ + 1;
    while (end < sql_.size() && is_digit(sql_[end])) ++end;
    const std::string name(sql_.substr(at_, end - at_));
    if (end == at_ + 1 || end - at_ > 4 || name[1] == '0' || (end < sql_.size() && is_in_word(sql_[end]))) {
      return fault("a parameter is $ and a number from 1 to 999, found " + std::string(sql_.substr(at_, 16)));
    }
    const std::size_t index = std::stoul(name.substr(1));
    if (!before_.empty() && (before_.back() == "IS" || before_.back() == "ISNULL")) return null_test(name);
    if (before_.size() > 1 && before_.back() == "NOT" && before_[before_.size() - 2] == "IS") return null_test(name);
    used_.push_back(index);
    made_.parameters = std::max(made_.parameters, index);
    return token(end - at_, "$");
  }

  static Failure null_test(const std::string& name) {
    return fault("IS beside a parameter (" + name +
                 ") has no type everywhere: whether it is null is known before, so write another statement, or IS NOT "
                 "DISTINCT FROM");
  }

  Result<void> id() {
    const bool is_id = sql_.substr(at_, 3) == "@id" && (at_ + 3 == sql_.size() || !is_in_word(sql_[at_ + 3]));
    if (!is_id) return fault("`@` is only for `@id`, a column's type in migrations");
    made_.ids.push_back(made_.text.size());
    return token(3, "@id");
  }

  Result<void> number() {
    std::size_t end = at_;
    while (end < sql_.size() && (is_in_word(sql_[end]) || sql_[end] == '.')) ++end;
    return token(end - at_, "number");
  }

  Result<void> word() {
    std::size_t end = at_;
    while (end < sql_.size() && is_in_word(sql_[end])) ++end;
    std::string upper(sql_.substr(at_, end - at_));
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (before_.empty()) {
      made_.defines = contains(kDefiningVerbs, upper);
      if (!made_.defines && !contains(kRowVerbs, upper)) {
        return fault(
            "a statement begins with SELECT, WITH, VALUES, INSERT, UPDATE or DELETE, in migrations also with "
            "CREATE, ALTER or DROP, found " +
            upper);
      }
    }
    const bool tests_null = upper == "IS" || upper == "ISNULL" || upper == "NOTNULL";
    if (tests_null && !before_.empty() && before_.back() == "$") return null_test("before " + upper);
    if (upper == "OR" && !before_.empty() && (before_.back() == "INSERT" || before_.back() == "UPDATE")) {
      return fault(before_.back() + " OR is not understood everywhere, write ON CONFLICT");
    }
    for (const Foreign& foreign : kForeign) {
      if (upper == foreign.word) {
        return fault(upper + " does not mean the same everywhere, write " + std::string(foreign.instead));
      }
    }
    return token(end - at_, std::move(upper));
  }

  Result<void> judge() {
    if (made_.defines && made_.parameters > 0) return fault("CREATE, ALTER and DROP take no parameters");
    if (!made_.defines && !made_.ids.empty()) return fault("`@id` is a column's type in migrations and nothing else");
    for (std::size_t i = 1; i <= made_.parameters; ++i) {
      if (!contains(used_, i)) {
        return fault("the statement has $" + std::to_string(made_.parameters) + " but no $" + std::to_string(i));
      }
    }
    return {};
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  Statement made_;
  std::vector<std::size_t> used_;
  std::vector<std::string> before_;  // the last three tokens: words in capitals, `$`, `number`, or as they are
};

}  // namespace

std::string Statement::with_id(std::string_view words) const {
  constexpr std::size_t kLength = 3;  // of "@id"
  std::string made;
  std::size_t from = 0;
  for (const std::size_t id : ids) {
    made.append(text, from, id - from).append(words);
    from = id + kLength;
  }
  return made.append(text, from, std::string::npos);
}

Result<std::vector<Statement>> read_statements(std::string_view sql) {
  Reader reader(sql);
  std::vector<Statement> all;
  for (;;) {
    Result<std::optional<Statement>> next = reader.next();
    if (!next) return next.failure();
    if (!*next) break;
    all.push_back(std::move(**next));
  }
  if (all.empty()) return Failure{Reason::internal, "the statement is empty"};
  return all;
}

Result<Statement> read_statement(std::string_view sql) {
  Result<std::vector<Statement>> all = read_statements(sql);
  if (!all) return all.failure();
  if (all->size() > 1) {
    return Failure{Reason::internal, "one statement at a time, found more after the first: " + (*all)[1].text};
  }
  return std::move(all->front());
}

Result<void> check_values(const StoreRow& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = "$" + std::to_string(i + 1) + ": ";
    if (const auto* text = std::get_if<std::string>(&values[i])) {
      if (text->find('\0') != std::string::npos) return invalid(place + "text holds a NUL");
      if (!is_utf8(*text)) return invalid(place + "text is not UTF-8");
    }
    if (const auto* number = std::get_if<double>(&values[i]); number && !std::isfinite(*number)) {
      return invalid(place + "the number is not finite");
    }
  }
  return {};
}

}  // namespace polygate

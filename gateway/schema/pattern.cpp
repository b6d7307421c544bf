#include "gateway/schema/pattern.h"

#include <utility>

#include "gateway/schema/pattern_translator.h"

namespace polygate::schema {
namespace {

constexpr std::int64_t kMaxMemory = std::int64_t{4} << 20;

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(kMaxMemory);
  return options;
}

}  // namespace

Translation translate_pattern(std::string_view ecma) {
  return PatternTranslator(ecma).run();
}

Pattern::Pattern(std::string text, std::string_view expression)
    : text_(std::move(text)), program_(re2::StringPiece(expression.data(), expression.size()), options()) {}

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view ecma) {
  const Translation translation = translate_pattern(ecma);
  if (translation.verdict != Translation::Verdict::fine) return Failure{Reason::malformed, translation.problem};
  std::shared_ptr<const Pattern> pattern(new Pattern(std::string(ecma), translation.expression));
  if (!pattern->program_.ok()) return Failure{Reason::malformed, pattern->program_.error()};
  return pattern;
}

bool Pattern::found_in(std::string_view text) const {
  const re2::StringPiece piece(text.data(), text.size());
  return program_.Match(piece, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

}  // namespace polygate::schema

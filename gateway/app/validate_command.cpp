#include "gateway/app/validate_command.h"

#include <iterator>
#include <string_view>
#include <utility>

#include "gateway/app/exit_code.h"
#include "gateway/app/profile_file.h"
#include "gateway/app/text_file.h"
#include "gateway/profile/read.h"

namespace polygate::app {
namespace {

struct Finding {
  std::string file;
  std::size_t line = 0;
  std::string pointer;
  std::string message;
  std::string schema;  ///< empty: the text is no JSON
};

/// One JSON text of a file, and the line that it starts on.
struct Chunk {
  std::string_view text;
  std::size_t line = 1;
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::vector<Chunk> lines_of(std::string_view text) {
  std::vector<Chunk> lines;
  std::size_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (!is_blank(line)) lines.push_back({line, number});
    at = end + 1;
  }
  return lines;
}

class Validator {
 public:
  Validator(const schema::Schema& schema, const profile::Limits& limits) : schema_(schema) {
    limits_.max_bytes = limits.message_bytes;
    limits_.max_depth = limits.json_depth;
    limits_.max_nodes = limits.json_nodes;
  }

  void check(const std::string& file, std::string_view text) {
    for (const Chunk& chunk : chunks(file, text)) check(file, chunk);
  }
  const std::vector<Finding>& findings() const { return findings_; }
  std::size_t values() const { return values_; }

 private:
  /// A pretty-printed value neither starts nor ends with a line that is a value of its own.
  std::vector<Chunk> chunks(const std::string& file, std::string_view text) {
    std::vector<Chunk> lines = lines_of(text);
    const bool says_so = file.ends_with(".ndjson") || file.ends_with(".jsonl");
    const bool is_lines = lines.size() > 1 && (says_so || is_value(lines.front()) || is_value(lines.back()));
    if (is_lines) return lines;
    return {{text, lines.empty() ? 1 : lines.front().line}};
  }

  bool is_value(const Chunk& chunk) { return static_cast<bool>(document_.parse(chunk.text, limits_)); }

  void check(const std::string& file, const Chunk& chunk) {
    ++values_;
    if (auto parsed = document_.parse(chunk.text, limits_); !parsed) {
      findings_.push_back({file, chunk.line, "", parsed.failure().message, ""});
      return;
    }
    if (schema_.valid(document_.root())) return;
    for (schema::Error& error : schema_.errors(document_.root())) {
      findings_.push_back({file, chunk.line, error.instance, std::move(error.message), std::move(error.schema)});
    }
  }

  const schema::Schema& schema_;
  json::Limits limits_;
  json::Document document_;
  std::vector<Finding> findings_;
  std::size_t values_ = 0;
};

void print(const Validator& validator, Output output, std::ostream& out) {
  if (output == Output::json) {
    Json list = Json::array();
    for (const Finding& finding : validator.findings()) {
      list.push_back({{"file", finding.file},
                      {"line", finding.line},
                      {"pointer", finding.pointer},
                      {"message", finding.message},
                      {"schema", finding.schema}});
    }
    out << list.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    return;
  }
  for (const Finding& finding : validator.findings()) {
    out << finding.file << ':' << finding.line << ": ";
    if (!finding.schema.empty()) out << (finding.pointer.empty() ? "the value" : finding.pointer) << ": ";
    out << finding.message;
    if (!finding.schema.empty()) out << " (" << finding.schema << ')';
    out << '\n';
  }
}

}  // namespace

int validate_command(const ValidateArguments& arguments, std::istream& in, std::ostream& out, std::ostream& err) {
  const ProfileFile file = find_profile(arguments.profile, arguments.schemas);
  Diagnostics diagnostics;
  const auto profile = profile::read_file(file.path, file.path.string(), profile::Caps{}, diagnostics);
  if (!diagnostics.empty() || !profile || !profile->dialect) {
    tell_problems(diagnostics, Output::text, "nothing was checked", err);
    return kCouldNotRun;
  }
  schema::Library library(file.schemas);
  const auto definition = find_definition(*profile, library, arguments.event, arguments.direction, diagnostics);
  if (!definition || !diagnostics.empty()) {
    if (!definition) err << definition.failure().message << '\n';
    if (!diagnostics.empty()) tell_problems(diagnostics, Output::text, "nothing was checked", err);
    return kCouldNotRun;
  }
  Validator validator(*definition->schema, profile->limits);
  std::vector<std::string> files = arguments.files;
  if (files.empty()) files.emplace_back("-");
  for (const std::string& name : files) {
    auto text =
        name == "-" ? Result<std::string>(std::string(std::istreambuf_iterator<char>(in), {})) : read_text_file(name);
    if (!text) {
      err << text.failure().message << '\n';
      return kCouldNotRun;
    }
    validator.check(name == "-" ? "stdin" : name, *text);
  }
  print(validator, arguments.output, out);
  if (arguments.output == Output::text && validator.findings().empty()) {
    out << "ok: " << validator.values() << (validator.values() == 1 ? " value is" : " values are") << " valid as "
        << definition->name << '\n';
  }
  return validator.findings().empty() ? kDone : kFound;
}

}  // namespace polygate::app

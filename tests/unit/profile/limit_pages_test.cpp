#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "gateway/profile/limits.h"
#include "tests/unit/profile/deployment.h"

namespace polygate::profile {
namespace {

constexpr std::string_view kTableHead = "| key | range | default | meaning |\n|---|---|---|---|\n";

enum class Of : std::uint8_t { all_clients, sessions };

/// The lines of a Markdown table of the limits of one kind, with the defaults of `file`.
std::string lines(Of kind, LimitsOf file) {
  std::string out;
  for (const Limit& limit : all_limits()) {
    if (limit.stands_in(LimitsOf::profile) != (kind == Of::sessions)) continue;
    out += std::string(out.empty() ? "" : "\n") + "| `" + std::string(limit.name) + "` | " + limit.range() + " | " +
           limit.text(limit.usual(file)) + " | " + std::string(limit.meaning) + " |";
  }
  return out;
}

std::string as_json(std::string_view text) {
  return Json(text).dump();
}

/// `properties` of the limits in the JSON Schema of `file`, a line for each. JSON Schema has no numbers for sizes and
/// durations, so their range is told in words.
std::string properties(LimitsOf file) {
  std::string out;
  for (const Limit& limit : all_limits()) {
    if (!limit.stands_in(file)) continue;
    const std::string meaning(limit.meaning);
    const std::string usual = limit.text(limit.usual(file));
    const auto in_words = [&](const char* definition) {
      return as_json(meaning + ' ' + limit.range() + '.') + ", \"$ref\": \"#/$defs/" + definition +
             "\", \"default\": " + as_json(usual);
    };
    const auto in_numbers = [&](const char* type) {
      return as_json(meaning) + ", \"type\": \"" + type + "\", \"minimum\": " + limit.text(limit.least) +
             ", \"maximum\": " + limit.text(limit.most) + ", \"default\": " + usual;
    };
    std::string rest;
    if (limit.unit == Limit::Unit::bytes) rest = in_words("size");
    if (limit.unit == Limit::Unit::duration) rest = in_words("duration");
    if (limit.unit == Limit::Unit::count) rest = in_numbers("integer");
    if (limit.unit == Limit::Unit::per_second) rest = in_numbers("number");
    out +=
        std::string(out.empty() ? "" : ",") + "\n        " + as_json(limit.name) + ": {\"description\": " + rest + '}';
  }
  return out;
}

/// A file of the project, of which a piece between two texts is made from the table. POLYGATE_UPDATE_GOLDEN=1 writes it
/// anew.
class Page {
 public:
  explicit Page(const std::string& name) : path_(kSource / name) {
    std::ifstream in(path_, std::ios::binary);
    text_.assign(std::istreambuf_iterator<char>(in), {});
  }

  /// Between the next `begin` and the `end` behind it stands `wanted` and nothing else.
  void expect_next(std::string_view begin, std::string_view end, const std::string& wanted) {
    const std::size_t found = text_.find(begin, at_);
    ASSERT_NE(found, std::string::npos) << path_ << " has no " << begin;
    at_ = found + begin.size();
    const std::size_t length = text_.find(end, at_) - at_;
    if (std::getenv("POLYGATE_UPDATE_GOLDEN") != nullptr) {
      text_.replace(at_, length, wanted);
      std::ofstream(path_, std::ios::binary) << text_;
    }
    EXPECT_EQ(text_.substr(at_, text_.find(end, at_) - at_), wanted) << path_;
  }
  void expect_table(const std::string& wanted) { expect_next(kTableHead, "\n\n", wanted); }
  void expect_no_more_tables() const { EXPECT_EQ(text_.find(kTableHead, at_), std::string::npos) << path_; }
  void skip_to(std::string_view text) { at_ = text_.find(text, at_); }

 private:
  std::filesystem::path path_;
  std::string text_;
  std::size_t at_ = 0;
};

TEST(LimitPages, TheManualOfTheLanguageHasTheTable) {
  Page page("profiles/README.md");
  page.skip_to("### limits\n");
  page.expect_table(lines(Of::sessions, LimitsOf::profile));
  page.expect_no_more_tables();
}

TEST(LimitPages, TheManualOfTheDeploymentHasTheTable) {
  Page page("docs/configuration.md");
  page.skip_to("## `limits`\n");
  page.expect_table(lines(Of::all_clients, LimitsOf::deployment));
  page.expect_table(lines(Of::sessions, LimitsOf::deployment));
  page.expect_no_more_tables();
}

TEST(LimitPages, TheSchemasHaveTheTable) {
  for (const auto& [name, file] : {std::pair("schemas/profile.schema.json", LimitsOf::profile),
                                   std::pair("schemas/gateway.schema.json", LimitsOf::deployment)}) {
    Page page(name);
    page.skip_to("\"$defs\": {");
    page.skip_to("    \"limits\": {\n");
    page.expect_next("\n      \"properties\": {", "\n      }", properties(file));
  }
}

}  // namespace
}  // namespace polygate::profile
